/** Whether there is room for a result, and where: told before the work begins. Runs in the engine's worker. */

import { roomForFiles } from './result-file.js';

/** What browsers take as the parts of one Blob. */
const MOST_BLOB_BYTES = 2e9;

/** The formats' own limits. */
const MOST_SIDE = { png: 2 ** 31 - 1, jpeg: 65_535, webp: 16_383 };

/** The size of a file is only estimated. */
const MARGIN = 1.25;

/**
 * @typedef {{of: 'side' | 'file', most: number, factor: number}} Limit how many pixels a side or bytes the file may have,
 *   and the factor between the largest sides that work and those of the plan
 */

/**
 * Where the file of a result is to go, or the limit that it is beyond.
 * @param {import('../protocol.js').Plan} plan
 * @param {boolean} mayBeStored whether it may be a file of the site on this device
 * @returns {Promise<{inFile: boolean, limit?: Limit}>}
 */
export async function placeFor({ width, height, format, bytes }, mayBeStored) {
  const room = ((mayBeStored && (await roomForFiles())) || 0) / MARGIN;
  const inFile = bytes <= room;
  const most = Math.max(room, MOST_BLOB_BYTES);
  if (bytes > most) return { inFile, limit: { of: 'file', most, factor: Math.sqrt(most / bytes) } };
  const [mostSide, side] = [MOST_SIDE[format], Math.max(width, height)];
  if (side > mostSide) return { inFile, limit: { of: 'side', most: mostSide, factor: mostSide / side } };
  return { inFile };
}
