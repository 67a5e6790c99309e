/** What the page offers to do with the open picture: what that would make and how long it takes, or why it cannot be done. */

import { find } from '../ui/dom.js';
import * as format from '../ui/format.js';
import { PATIENCE_MS } from './job.js';
import { problemOf } from './limits.js';

const block = find(document, '.next-action', HTMLElement);
const button = find(document, '#again', HTMLButtonElement);
const expected = find(document, '#expected', HTMLElement);
const limit = find(document, '#limit', HTMLElement);

export class NextAction {
  #job;
  #choice;
  #comparison;
  #forecast;
  #panel;

  /**
   * @param {import('./job.js').Job} job
   * @param {import('../settings/choice.js').Choice} choice
   * @param {import('../compare/comparison.js').Comparison} comparison
   * @param {import('./forecast.js').Forecast} forecast
   * @param {import('../settings/settings-panel.js').SettingsPanel} panel
   */
  constructor(job, choice, comparison, forecast, panel) {
    this.#job = job;
    this.#choice = choice;
    this.#comparison = comparison;
    this.#forecast = forecast;
    this.#panel = panel;
    button.addEventListener('click', () => job.again());
  }

  /** Offers to enlarge the picture with what is chosen, where that has not been done, and tells it in the settings too. */
  show() {
    const { state, picture } = this.#job;
    block.hidden = !(state === 'waiting' || (state === 'done' && !this.#comparison.has(this.#choice.key)));
    this.#forecast.picture = picture;
    if (this.#panel.isOpen || !block.hidden) this.#forecast.ask();
    const { plan, time, device } = this.#forecast.told;
    const problem = (plan && problemOf(plan)) ?? '';
    const makes = plan && !problem ? `Makes ${format.planned(plan)}.` : '';

    button.disabled = document.body.dataset.engine === 'failed' || problem !== '';
    button.textContent = `Enlarge ${state === 'done' ? 'again ' : ''}with ${this.#choice.spoken}`;
    const isNotStarted = state === 'waiting' && plan && plan.milliseconds > PATIENCE_MS;
    const takes = isNotStarted ? 'Not begun yet, because it takes' : 'Takes';
    expected.textContent = time && !problem ? `${takes} ${time} on ${device}. ${makes}`.trim() : '';
    limit.textContent = problem;

    this.#panel.makes = problem || makes;
    const measuring = this.#forecast.isAsked ? 'measuring…' : '';
    this.#panel.time = time ? `${time} ${picture ? 'for this picture' : 'per megapixel'} on ${device}` : measuring;
  }
}
