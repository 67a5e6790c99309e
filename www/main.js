/** Wires the page: models and pictures come in, the choice makes the engine ready, the job enlarges and compares. */

import { CompareView } from './compare/compare-view.js';
import { Comparison } from './compare/comparison.js';
import { wireZoomBar } from './compare/zoom-bar.js';
import { takeGiven, takePicked } from './input/file-drop.js';
import { Incoming } from './input/incoming.js';
import { Engine } from './js/client.js';
import { Models } from './models/models.js';
import { Forecast } from './picture/forecast.js';
import { Job } from './picture/job.js';
import { NextAction } from './picture/next-action.js';
import { FOLDER, StoredResults } from './picture/stored-results.js';
import { Choice } from './settings/choice.js';
import { Readiness } from './settings/readiness.js';
import { SettingsPanel } from './settings/settings-panel.js';
import { find } from './ui/dom.js';
import { note, sentenceOf, tell } from './ui/notices.js';

const engine = new Engine({ folder: FOLDER });
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
const job = new Job(engine, choice, comparison, stored);
const forecast = new Forecast(engine, choice);
const nextAction = new NextAction(job, choice, comparison, forecast, panel);
const readiness = new Readiness(engine, choice, forecast, panel);
const incoming = new Incoming(models, choice, job, panel);

const loaded = models
  .load()
  .catch((error) => tell(sentenceOf(error)))
  .then(() => {
    const lost = choice.settle();
    if (lost.length > 0) note(`Not kept on this device, and therefore not chosen: ${lost.join(', ')}.`);
    panel.show();
    readiness.prepare();
  });

models.addEventListener('change', () => {
  const { key } = choice;
  choice.settle();
  choice.write();
  panel.show();
  if (choice.key === key) return;
  tell('');
  readiness.prepare();
});
choice.addEventListener('change', () => {
  tell('');
  panel.show();
  readiness.follow();
  nextAction.show();
});
readiness.addEventListener('change', () => nextAction.show());
job.addEventListener('change', () => nextAction.show());
job.addEventListener('not-started', (event) => {
  const { key, plan } = /** @type {CustomEvent<{key: string, plan: import('./js/client.js').Plan}>} */ (event).detail;
  forecast.picture = job.picture;
  forecast.learn(key, plan);
});
job.addEventListener('failed', () => readiness.prepare());
forecast.addEventListener('change', () => nextAction.show());
panel.onOpen(() => nextAction.show());

takeGiven((files) => loaded.then(() => incoming.take(files)));
takePicked(find(document, '#file', HTMLInputElement), (files) => loaded.then(() => incoming.take(files)));
takePicked(find(document, '#model-file', HTMLInputElement), (files) => incoming.takeModels(files));
find(document, '#save', HTMLAnchorElement).addEventListener('click', () => {
  stored.keepForDownload(comparison.shown?.result?.stored);
});
wireZoomBar(view);
