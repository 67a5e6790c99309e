/** What becomes of files that come in: models are listed and chosen, and a picture is opened. */

import { isModelFile } from '../models/model-files.js';
import { clear, note, sentenceOf, tell } from '../ui/notices.js';

export class Incoming {
  #models;
  #choice;
  #job;
  #panel;

  /**
   * @param {import('../models/models.js').Models} models
   * @param {import('../settings/choice.js').Choice} choice
   * @param {import('../picture/job.js').Job} job
   * @param {import('../settings/settings-panel.js').SettingsPanel} panel
   */
  constructor(models, choice, job, panel) {
    this.#models = models;
    this.#choice = choice;
    this.#job = job;
    this.#panel = panel;
  }

  /** @param {File[]} files of either kind */
  async take(files) {
    clear();
    const areModels = await Promise.all(files.map(isModelFile));
    const models = files.filter((_, index) => areModels[index]);
    const pictures = files.filter((_, index) => !areModels[index]);
    if (!(await this.#addModels(models))) return;
    if (pictures.length > 1) note('One picture at a time: this is the first of those you gave.');
    if (pictures.length > 0) {
      this.#panel.close();
      this.#job.open(pictures[0]);
    } else {
      this.#panel.open();
    }
  }

  /** @param {File[]} files that are meant as models, whatever they are */
  async takeModels(files) {
    clear();
    await this.#addModels(files);
  }

  /**
   * @param {File[]} files
   * @returns {Promise<boolean>} whether all of them are listed now; the last one is chosen
   */
  async #addModels(files) {
    const problems = [];
    for (const file of files) {
      note(`Reading ${file.name}…`);
      try {
        const { key, name } = await this.#models.add(file);
        this.#choice.choose({ model: key });
        note(`${name} is one of your models now, and chosen.`);
      } catch (error) {
        note('');
        problems.push(files.length > 1 ? `${file.name}: ${sentenceOf(error)}` : sentenceOf(error));
      }
    }
    tell(problems.join(' '));
    if (problems.length > 0) this.#panel.close();
    return problems.length === 0;
  }
}
