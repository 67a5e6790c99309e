/**
 * The list of pictures over a reload of the page: the files lie in the site's storage, as results do already, and what is
 * known of them in the session's.
 */

import { settled } from '../choose/choice.js';
import * as format from '../ui/format.js';

/**
 * @typedef {import('../state/store.js').Picture} Picture
 * @typedef {Omit<Picture, 'file' | 'original' | 'originalPixels' | 'growing' | 'progress' | 'plans'>
 *   & {name: string, type: string, lastModified: number}} Record
 * @typedef {{records: Record[], shown: number | undefined, common: import('../choose/choice.js').Choice, isPaused: boolean}} Kept
 */

const SESSION_KEY = 'pictures';

/** All files together. */
const MOST_BYTES = 1e9;

const NOT_AT_ALL = 'This browser does not keep the pictures when the page is reloaded.';
const NOT_ALL = `Only ${format.bytes(MOST_BYTES)} of pictures, or as much as there is room for, are kept when the page is reloaded.`;

/** @param {Picture} picture */
function recordOf({ original, originalPixels, growing, progress, plans, file, ...rest }) {
  const { name, type, lastModified } = file;
  const results = rest.results
    .filter(({ made }) => made.stored)
    .map(({ surface, file: saved, made: { blob, ...made }, ...result }) => ({ ...result, made }));
  return { ...rest, results, name, type, lastModified };
}

/** @param {Readonly<import('../state/store.js').State>} state */
function write({ pictures, shown, common, isPaused }) {
  const records = pictures.filter(({ kept }) => kept).map(recordOf);
  try {
    if (records.length === 0) sessionStorage.removeItem(SESSION_KEY);
    else sessionStorage.setItem(SESSION_KEY, JSON.stringify({ records, shown, common, isPaused }));
  } catch {
    // The session has no room: what it remembers is older.
  }
}

/**
 * Brings back what was there before the reload. What was under way is begun anew.
 * @param {import('../state/store.js').Store} store
 * @param {import('./queue.js').Queue} queue
 * @param {import('./stored-results.js').StoredResults} stored
 */
export async function restoreStrip(store, queue, stored) {
  const text = stored.isReloaded ? sessionStorage.getItem(SESSION_KEY) : null;
  /** @type {Kept} */
  const { records, shown, common, isPaused } = text ? JSON.parse(text) : { records: [] };
  // Models that are not kept on this device are gone.
  const now = (/** @type {import('../choose/choice.js').Choice} */ choice) => settled(choice, store.state.models).choice;
  /** @type {Map<number, Picture>} */
  const pictures = new Map();
  for (const record of records) {
    const picture = await pictureOf(record, stored);
    if (picture) pictures.set(record.id, { ...picture, id: queue.newId(), choice: picture.choice && now(picture.choice) });
  }
  const all = [...pictures.values()];
  stored.keepOnly(new Set(all.flatMap(({ kept = '', results }) => [kept, ...results.map(({ made }) => made.stored ?? '')])));
  if (all.length === 0) return;
  store.set({ common: now(common), isPaused });
  queue.put(all);
  const before = shown === undefined ? undefined : pictures.get(shown);
  store.show((before ?? all[0]).id);
}

/**
 * @param {Record} record
 * @param {import('./stored-results.js').StoredResults} stored
 * @returns {Promise<Picture | undefined>} nothing where its file is not there
 */
async function pictureOf({ name, type, lastModified, results: recorded, ...rest }, stored) {
  const content = rest.kept && (await stored.read(rest.kept));
  if (!content) return undefined;
  /** @type {import('../state/store.js').Result[]} */
  const results = [];
  for (const result of recorded) {
    const blob = result.made.stored && (await stored.read(result.made.stored));
    const mediaType = `image/${result.made.format}`;
    if (blob) results.push({ ...result, made: { ...result.made, blob: blob.slice(0, blob.size, mediaType) } });
  }
  const isThere = (/** @type {string} */ key) => results.some((result) => result.key === key);
  const isOver = ['waiting', 'failed'].includes(rest.phase) || (rest.phase === 'done' && results.length > 0);
  return {
    ...rest,
    file: new File([content], name, { type, lastModified }),
    phase: isOver ? rest.phase : 'queued',
    results,
    left: isThere(rest.left) ? rest.left : 'original',
    right: isThere(rest.right) ? rest.right : (results.at(-1)?.key ?? 'original'),
    plans: {},
  };
}

/**
 * Keeps the pictures from now on.
 * @param {import('../state/store.js').Store} store
 * @param {import('./stored-results.js').StoredResults} stored
 */
export function keepStrip(store, stored) {
  /** @type {Set<number>} */
  const tried = new Set();
  let last = Promise.resolve();
  let bytes = 0;

  /** @param {Picture} picture */
  const keep = async ({ id, file }) => {
    const picture = store.find(id);
    if (picture?.kept) bytes += file.size;
    if (!picture || picture.kept) return;
    if (bytes + file.size > MOST_BYTES) {
      store.set({ keepProblem: NOT_ALL });
      return;
    }
    const target = await stored.create().catch(() => undefined);
    if (!target) {
      store.set({ keepProblem: NOT_AT_ALL });
      return;
    }
    try {
      await file.stream().pipeTo(await target.handle.createWritable());
      bytes += file.size;
      if (store.find(id)) store.setPicture(id, { kept: target.name });
      else stored.letGo(target.name);
    } catch (error) {
      stored.letGo(target.name);
      const isFull = /** @type {Error} */ (error).name === 'QuotaExceededError';
      store.set({ keepProblem: isFull ? NOT_ALL : NOT_AT_ALL });
    }
  };

  store.follow(
    ({ pictures }) => pictures,
    (pictures) => {
      for (const picture of pictures) {
        if (tried.has(picture.id)) continue;
        tried.add(picture.id);
        last = last.then(() => keep(picture));
      }
    },
  );
  let timer = 0;
  store.follow(
    ({ pictures, shown, common, isPaused }) => [pictures, shown, common, isPaused],
    () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => write(store.state), 300);
    },
  );
  addEventListener('pagehide', () => write(store.state));
}
