/**
 * What the person chose, kept in the page's address: a reload or a bookmark keeps it, and nothing is stored.
 * `?tile=` and `?precision=` have no control on the page; they are there to work around a device's faults.
 */

const BACKENDS = /** @type {const} */ (['auto', 'gpu', 'cpu']);
const PRECISIONS = /** @type {const} */ (['auto', 'f32', 'f16']);

/** @returns {import('./engine.js').Settings} */
export function readSettings() {
  const query = new URLSearchParams(location.search);
  const tile = Number(query.get('tile'));
  return {
    model: query.get('model') ?? undefined,
    backend: BACKENDS.find((name) => name === query.get('run')) ?? 'auto',
    precision: PRECISIONS.find((name) => name === query.get('precision')) ?? 'auto',
    tile: Number.isInteger(tile) && tile > 0 ? tile : undefined,
  };
}

/**
 * @param {'model' | 'run'} name
 * @param {string} value
 */
function writeSetting(name, value) {
  const address = new URL(location.href);
  address.searchParams.set(name, value);
  history.replaceState(null, '', address);
}

/**
 * Fills the settings form and tells when the person changes something in it.
 * @param {HTMLSelectElement} model
 * @param {HTMLSelectElement} run
 * @param {() => void} onChange
 */
export async function wireSettings(model, run, onChange) {
  run.value = readSettings().backend;
  model.addEventListener('change', () => writeSetting('model', model.value));
  run.addEventListener('change', () => writeSetting('run', run.value));
  for (const control of [model, run]) control.addEventListener('change', onChange);

  /** @type {{models: {name: string, title: string}[]}} */
  const index = await (await fetch(new URL('models/index.json', import.meta.url))).json();
  model.replaceChildren(...index.models.map(({ name, title }) => new Option(title, name)));
  model.value = readSettings().model ?? index.models[0].name;
}
