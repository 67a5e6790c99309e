/** Wires the page: what acts, and the views that follow the state. */

import { Choosing } from './choose/choosing.js';
import { showKindField } from './choose/kind-field.js';
import { showModelCard } from './choose/model-card.js';
import { showMore } from './choose/more.js';
import { showSaveAsField } from './choose/save-as-field.js';
import { showSizeField } from './choose/size-field.js';
import { showSlidersField } from './choose/sliders-field.js';
import { Enlarger } from './engine/enlarger.js';
import { Forecast } from './engine/forecast.js';
import { Readiness } from './engine/readiness.js';
import { showStatus } from './engine/status.js';
import { takeGiven, takePicked } from './input/file-drop.js';
import { Incoming } from './input/incoming.js';
import { offerSamples } from './input/samples.js';
import { showDoubt } from './insight/doubt-view.js';
import { Doubts } from './insight/doubts.js';
import { InsideView } from './insight/inside-view.js';
import { Engine } from './js/client.js';
import { wireKeys } from './look/keys.js';
import { showSidePickers } from './look/side-pickers.js';
import { showStage } from './look/stage.js';
import { keepSurfacesOfShown } from './look/surfaces.js';
import { wireZoomBar } from './look/zoom-bar.js';
import { showKept } from './models/kept-view.js';
import { Models } from './models/models.js';
import { takeLaunched, takeShared } from './offline/handed-over.js';
import { Offline } from './offline/offline.js';
import { showUpdate } from './offline/update-line.js';
import { showActionBar } from './pictures/action-bar.js';
import { keepStrip, restoreStrip } from './pictures/kept-strip.js';
import { showOwnChoice } from './pictures/own-choice.js';
import { showQueueBar, showUndo } from './pictures/queue-bar.js';
import { Queue } from './pictures/queue.js';
import { makeResultFiles } from './pictures/result-files.js';
import { wireSavingAll } from './pictures/saving-all.js';
import { wireSaving } from './pictures/saving.js';
import { FOLDER, StoredResults } from './pictures/stored-results.js';
import { showStrip } from './pictures/strip.js';
import { startState } from './state/start.js';
import { Store } from './state/store.js';
import { showFrame } from './trial/frame.js';
import { showTrialPanel } from './trial/trial-panel.js';
import { Trials } from './trial/trials.js';
import { element, find } from './ui/dom.js';
import { showNotices } from './ui/notices.js';
import { askBeforeLeaving, showPageState } from './ui/page-state.js';
import { sentenceOf } from './ui/words.js';

const store = new Store(startState());
const engine = new Engine({ folder: FOLDER, onDownload: (download) => store.set({ download }) });
const stored = await StoredResults.open();
const models = new Models(store, engine);
const choosing = new Choosing(store);
const enlarger = new Enlarger(store, engine, stored);
const readiness = new Readiness(store, engine, models);
const queue = new Queue(store, enlarger, stored);
const incoming = new Incoming(store, models, choosing, queue);
const trials = new Trials(store, choosing);
new Forecast(store, engine);
makeResultFiles(store, engine, stored);

showPageState(store);
showNotices(store);
showStatus(store);
const view = showStage(store);
showSidePickers(store, enlarger);
keepSurfacesOfShown(store);
wireZoomBar(store, view);
const doubts = new Doubts(store, engine, view);
showDoubt(store, doubts, view);
const inside = new InsideView(store, engine, view);
showKindField(store, choosing);
showSlidersField(store, choosing);
showSizeField(store, choosing);
showSaveAsField(store, choosing);
showMore(store, choosing);
showModelCard(store, models);
showKept(store);
showActionBar(store, queue);
showOwnChoice(store);
showStrip(store, queue);
showQueueBar(store, queue);
showUndo(store, queue);
wireSavingAll(store, engine, stored);
showFrame(store, view, trials);
showTrialPanel(store, trials);
wireSaving(store, stored);
showUpdate(store, new Offline(store));
askBeforeLeaving(store);

const listed = models.load().then(
  () => choosing.begin(true),
  (error) => {
    store.set({ problem: sentenceOf(error) });
    choosing.begin(false);
  },
);
const begun = listed.then(() => {
  readiness.begin();
  return restoreStrip(store, queue, stored);
});
begun.then(() => keepStrip(store, stored));
enlarger.addEventListener('failed', () => readiness.prepare());

const picker = find(document, '#file', HTMLInputElement);
takeGiven(
  (files) => begun.then(() => incoming.take(files)),
  (isFolder) => incoming.takeOther(isFolder),
);
const folderPicker = find(document, '#folder', HTMLInputElement);
for (const input of [picker, folderPicker]) takePicked(input, (files) => begun.then(() => incoming.take(files)));
offerSamples(
  (files) => begun.then(() => incoming.take(files)),
  () => store.set({ problem: 'The sample could not be fetched. It comes from this site, which cannot be reached just now.' }),
);
begun.then(() => {
  const take = (/** @type {File[]} */ files) => incoming.take(files);
  takeLaunched(take);
  takeShared(take, () => store.set({ problem: 'What was shared could not be taken. Save it on your device, and choose it here.' }));
});
takePicked(find(document, '#model-file', HTMLInputElement), (files) => incoming.takeModels(files));
wireKeys(store, view, {
  e: () => queue.again(),
  t: () => trials.toggle('choose'),
  h: () => trials.toggle('explain'),
  a: () => picker.click(),
  g: () => doubts.toggle(),
  l: () => inside.open(),
});
element('#not-started').remove();
