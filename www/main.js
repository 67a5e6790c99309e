/** Wires the page: models and pictures come in, the choice makes the engine ready, the bench enlarges and compares. */

import { Bench } from './picture/bench.js';
import { Choice } from './settings/choice.js';
import { CompareView } from './compare/compare-view.js';
import { Comparison } from './compare/comparison.js';
import { find } from './ui/dom.js';
import { Engine, EngineError } from './js/client.js';
import { Forecast } from './picture/forecast.js';
import * as format from './ui/format.js';
import { takeGiven, takePicked } from './input/intake.js';
import { isModelFile } from './models/model-files.js';
import { Models } from './models/models.js';
import { clear, note, sentenceOf, tell, warn } from './ui/notices.js';
import { Offer } from './picture/offer.js';
import { SettingsPanel } from './settings/settings-panel.js';
import { StoredResults } from './picture/stored-results.js';

/** Who goes through a list with the keyboard does not want every model on the way made ready. */
const QUIET_MS = 200;

const readiness = find(document, '#readiness', HTMLElement);
const save = find(document, '#save', HTMLAnchorElement);
const zoomText = find(document, '#zoom', HTMLElement);

const engine = new Engine();
const models = new Models(engine);
const choice = new Choice(models);
const panel = new SettingsPanel(models, choice);
const stored = new StoredResults();
const view = find(document, 'compare-view', CompareView);
const comparison = new Comparison(
  view,
  find(document, '#left', HTMLSelectElement),
  find(document, '#right', HTMLSelectElement),
  stored,
);
const bench = new Bench(engine, choice, comparison, stored);
const forecast = new Forecast(engine, choice);
const offer = new Offer(bench, choice, comparison, forecast, panel);

/** The engine is being made ready for the last choice; whoever is not this any more has no say. */
let preparing = new AbortController();
/** The settings that it is made ready for. */
let prepared = '';

/** @param {number} pause */
async function prepare(pause) {
  preparing.abort();
  const { signal } = (preparing = new AbortController());
  const { model, mix, settings } = choice;
  prepared = JSON.stringify(settings);
  document.body.dataset.engine = 'loading';
  readiness.textContent = 'Getting the engine ready…';
  panel.mixProblem = '';
  panel.problem = '';
  forecast.forget();
  try {
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (signal.aborted) return;
    const info = await engine.prepare(settings, signal);
    readiness.textContent = `Ready: ${format.ranOn(info)}`;
    warn(info.warnings);
    if (model) model.info = info.model;
    panel.show();
    forecast.ready(info);
    document.body.dataset.engine = 'ready';
    offer.show();
  } catch (error) {
    if (signal.aborted) return;
    readiness.textContent = 'The engine is not ready.';
    document.body.dataset.engine = 'failed';
    if (mix && error instanceof EngineError && error.code === 'invalid-option') {
      panel.mixProblem = error.message;
    } else {
      tell(sentenceOf(error));
      panel.problem = sentenceOf(error); // On a small screen the settings hide the other one.
    }
    offer.show();
  }
}

/** Makes the engine ready for the choice where it is not, or tells what it would make. */
function follow() {
  tell('');
  panel.show();
  if (JSON.stringify(choice.settings) !== prepared || document.body.dataset.engine === 'failed') prepare(QUIET_MS);
  offer.show();
}

/**
 * @param {File[]} files
 * @returns {Promise<boolean>} whether all of them are listed now; the last one is chosen
 */
async function addModels(files) {
  const problems = [];
  for (const file of files) {
    note(`Reading ${file.name}…`);
    try {
      const { key, name } = await models.add(file);
      choice.choose({ model: key });
      note(`${name} is one of your models now, and chosen.`);
    } catch (error) {
      note('');
      problems.push(files.length > 1 ? `${file.name}: ${sentenceOf(error)}` : sentenceOf(error));
    }
  }
  tell(problems.join(' '));
  if (problems.length > 0) panel.close();
  return problems.length === 0;
}

/** @param {File[]} files */
async function take(files) {
  await loaded;
  clear();
  const areModels = await Promise.all(files.map(isModelFile));
  const modelFiles = files.filter((_, index) => areModels[index]);
  const pictures = files.filter((_, index) => !areModels[index]);
  if (!(await addModels(modelFiles))) return;
  if (pictures.length > 1) note('One picture at a time: this is the first of those you gave.');
  if (pictures.length > 0) {
    panel.close();
    bench.open(pictures[0]);
  } else {
    panel.open();
  }
}

const loaded = models
  .load()
  .catch((error) => tell(sentenceOf(error)))
  .then(() => {
    const lost = choice.settle();
    if (lost.length > 0) note(`Not kept on this device, and therefore not chosen: ${lost.join(', ')}.`);
    panel.show();
    prepare(0);
  });

models.addEventListener('change', () => {
  const { key } = choice;
  choice.settle();
  choice.write();
  panel.show();
  if (choice.key === key) return;
  tell('');
  prepare(0);
});
choice.addEventListener('change', follow);
bench.addEventListener('change', () => offer.show());
bench.addEventListener('held', (event) => {
  const { key, plan } = /** @type {CustomEvent<{key: string, plan: import('./js/client.js').Plan}>} */ (event).detail;
  forecast.picture = bench.picture;
  forecast.learn(key, plan);
});
bench.addEventListener('failed', () => prepare(0));
forecast.addEventListener('change', () => offer.show());
panel.onOpen(() => offer.show());

takeGiven(take);
takePicked(find(document, '#file', HTMLInputElement), take);
takePicked(find(document, '#model-file', HTMLInputElement), async (files) => {
  clear();
  await addModels(files);
});
save.addEventListener('click', () => stored.keepForDownload(comparison.shown?.result?.stored));

view.addEventListener('zoom', () => {
  zoomText.textContent = `${Math.round(view.percent)} %`;
});
find(document, '#zoom-out', HTMLButtonElement).addEventListener('click', () => view.zoomOut());
find(document, '#zoom-in', HTMLButtonElement).addEventListener('click', () => view.zoomIn());
find(document, '#fit', HTMLButtonElement).addEventListener('click', () => view.fit());
find(document, '#actual-size', HTMLButtonElement).addEventListener('click', () => view.actualSize());
