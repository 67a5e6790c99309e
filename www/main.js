/** Wires the page: files come in, the engine works, the view shows, the link saves. */

import { CompareView, find } from './compare-view.js';
import { Engine, EngineError } from './engine.js';
import * as format from './format.js';
import { takeFiles } from './intake.js';
import { Progress } from './progress.js';
import { readSettings, wireSettings } from './settings.js';

/** @typedef {'empty' | 'working' | 'done'} State */

const view = find(document, 'compare-view', CompareView);
const problem = find(document, '#problem', HTMLElement);
const note = find(document, '#note', HTMLElement);
const readiness = find(document, '#readiness', HTMLElement);
const warnings = find(document, '#warnings', HTMLElement);
const fileName = find(document, '#file-name', HTMLElement);
const bar = find(document, '#bar', HTMLProgressElement);
const progressText = find(document, '#progress-text', HTMLElement);
const cancel = find(document, '#cancel', HTMLButtonElement);
const save = find(document, '#save', HTMLAnchorElement);
const sizeText = find(document, '#size', HTMLElement);
const runText = find(document, '#run', HTMLElement);
const zoomText = find(document, '#zoom', HTMLElement);

const engine = new Engine();

/** The enlargement under way, or the last one. Whoever is not the current job has no say on the page any more. */
let job = new AbortController();

/** @param {State} state */
function show(state) {
  document.body.dataset.state = state;
  if (state === 'empty') {
    view.close();
    document.title = 'Lenslet';
  }
}

/** @param {unknown} error */
function tell(error) {
  problem.textContent =
    error instanceof EngineError ? error.message : `Something went wrong in the page: ${error}. Reload it to go on.`;
}

/** @param {string[]} sentences */
function warn(sentences) {
  warnings.replaceChildren(
    ...sentences.map((sentence) => Object.assign(document.createElement('p'), { textContent: sentence })),
  );
}

async function prepare() {
  document.body.dataset.engine = 'loading';
  readiness.textContent = 'Getting the engine ready…';
  try {
    const info = await engine.prepare(readSettings());
    readiness.textContent = `Ready: ${format.ranOn(info)}`;
    warn(info.warnings);
    document.body.dataset.engine = 'ready';
  } catch (error) {
    readiness.textContent = 'The engine is not ready.';
    tell(error);
    document.body.dataset.engine = 'failed';
  }
}

/**
 * The browser's own decoding of the original, for the left side of the slider.
 * @param {Blob} file
 */
async function decode(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return undefined; // The engine reads more formats than some browsers do, and goes on without.
  }
}

/** @param {File[]} files */
async function enlarge(files) {
  const [file] = files;
  job.abort();
  const mine = (job = new AbortController());
  problem.textContent = '';
  note.textContent = files.length > 1 ? 'One picture at a time: this is the first of those you gave.' : '';
  fileName.textContent = file.name;
  progressText.textContent = 'Reading the picture…';
  bar.removeAttribute('value');
  cancel.disabled = false;
  URL.revokeObjectURL(save.href);
  save.removeAttribute('href');
  view.close();
  show('working');

  let opened = Promise.resolve();
  let scale = 1;
  /** @type {Progress} */
  let progress;
  try {
    const result = await engine.upscale(file, readSettings(), {
      signal: mine.signal,
      onStart(start) {
        scale = start.width / start.inputWidth;
        progress = new Progress(start.width * start.height, performance.now());
        // Only now: the engine has seen that the picture is sound and not too large to decode.
        opened = decode(file).then((original) => {
          if (job !== mine) return;
          view.open(start, original);
          original?.close();
        });
      },
      onTile(tile) {
        progress.add(tile.width * tile.height, performance.now());
        opened = opened.then(() => {
          if (job !== mine) return;
          view.paint(tile);
          showProgress(progress, tile);
        });
      },
    });
    await opened;
    if (job === mine) finish(result, format.outputName(file.name, scale));
  } catch (error) {
    if (job !== mine) return;
    show('empty');
    if (error instanceof EngineError && error.code === 'cancelled') note.textContent = 'Stopped. Nothing was saved.';
    else tell(error);
    prepare(); // Whatever went wrong may have cost the engine its device or its life.
  }
}

/**
 * @param {Progress} progress
 * @param {{done: number, total: number}} tiles
 */
function showProgress(progress, { done, total }) {
  bar.value = progress.fraction;
  document.title = `${Math.floor(progress.fraction * 100)} % · Lenslet`;
  if (cancel.disabled) return;
  const rest = done < total ? format.timeLeft(progress.secondsLeft ?? 0) : 'writing the file';
  progressText.textContent = `Tile ${done} of ${total} · ${rest}`;
}

/**
 * @param {import('./engine.js').Result} result
 * @param {string} name
 */
function finish(result, name) {
  const { width, height, blob } = result;
  save.href = URL.createObjectURL(blob);
  save.download = name;
  sizeText.textContent = [
    format.pixels(width, height),
    format.megapixels(width, height),
    `${format.bytes(blob.size)} PNG`,
  ].join(' · ');
  runText.textContent = `${format.duration(result.milliseconds)} on ${format.ranOn(result)} · ${result.model}`;
  warn(result.warnings);
  if (view.reduced) note.textContent = 'The preview is reduced to fit this browser; the saved file has every pixel.';
  view.growing = false;
  document.title = `${name} · Lenslet`;
  show('done');
}

takeFiles(find(document, '#file', HTMLInputElement), enlarge);

cancel.addEventListener('click', () => {
  cancel.disabled = true;
  progressText.textContent = 'Stopping…';
  job.abort();
});

view.addEventListener('zoom', () => {
  zoomText.textContent = `${Math.round(view.percent)} %`;
});
find(document, '#zoom-out', HTMLButtonElement).addEventListener('click', () => view.zoomOut());
find(document, '#zoom-in', HTMLButtonElement).addEventListener('click', () => view.zoomIn());
find(document, '#fit', HTMLButtonElement).addEventListener('click', () => view.fit());
find(document, '#actual-size', HTMLButtonElement).addEventListener('click', () => view.actualSize());

const model = find(document, '#model', HTMLSelectElement);
const run = find(document, '#run-on', HTMLSelectElement);
wireSettings(model, run, () => {
  problem.textContent = '';
  prepare();
}).catch(tell);
prepare();
