/** What the chosen model is, and what can be done with it where it is the person's own. */

import { EngineError } from '../js/client.js';
import { forecastOf } from '../engine/forecast.js';
import { findModel } from '../models/models.js';
import { shownPicture } from '../state/store.js';
import { button, element, find } from '../ui/dom.js';
import * as format from '../ui/format.js';

/**
 * @param {import('../state/store.js').Store} store
 * @param {import('../models/models.js').Models} models
 */
export function showModelCard(store, models) {
  const root = element('#card');
  const keep = find(root, '#keep', HTMLInputElement);
  const problem = find(root, '[role=alert]', HTMLElement);
  const chosen = () => findModel(store.state.models, store.state.choice.model);

  /**
   * @param {string} name
   * @param {string | undefined} value
   */
  const tell = (name, value) => {
    find(root, `[data-fact=${name}]`, HTMLElement).textContent = value || '–';
  };

  /** @param {(model: import('../models/models.js').OwnModel) => Promise<void>} action */
  const attempt = async (action) => {
    problem.textContent = '';
    keep.disabled = true;
    try {
      await action(/** @type {import('../models/models.js').OwnModel} */ (chosen()));
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      problem.textContent = error instanceof EngineError ? message : `The file that is kept could not be changed (${message}).`;
    }
    keep.disabled = false;
    keep.checked = chosen()?.own?.kept ?? false;
  };
  keep.addEventListener('change', () => attempt((model) => (keep.checked ? models.keep(model) : models.forget(model))));
  button('#remove').addEventListener('click', () => attempt((model) => models.remove(model)));

  store.follow(
    ({ models, choice }) => findModel(models, choice.model),
    (model) => {
      find(root, '.name', HTMLElement).textContent = model?.name ?? '';
      find(root, '.summary', HTMLElement).textContent = model?.summary ?? '';
      const info = model?.info;
      tell('kind', info?.architecture);
      tell('enlarges', info && format.enlarges(info.scale));
      tell('parameters', info && format.count(info.parameters));
      tell('size', info && format.bytes(info.bytes));
      find(root, '.own', HTMLElement).hidden = !model?.own;
      keep.checked = model?.own?.kept ?? false;
    },
  );
  store.follow(
    ({ choice }) => choice.model,
    () => {
      problem.textContent = '';
    },
  );
  store.follow(
    (state) => {
      const { milliseconds, isAsked } = forecastOf(state);
      return [milliseconds, isAsked, shownPicture(state) !== undefined];
    },
    ([milliseconds, isAsked, isOfPicture]) => {
      const time = typeof milliseconds === 'number' ? format.about(milliseconds / 1000) : '';
      const of = isOfPicture ? 'for this picture' : 'per megapixel';
      tell('time', time ? `${time} ${of}` : isAsked ? 'measuring…' : '');
    },
  );
}
