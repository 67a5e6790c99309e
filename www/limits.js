/** What can be saved here: told before the work begins. Runs in the engine's worker. */

import * as format from './format.js';
import { roomForFiles } from './result-file.js';

/** What browsers take as the parts of one Blob. */
const MOST_BLOB_BYTES = 2e9;

/** The size of a file is only estimated. */
const MARGIN = 1.25;

/** @typedef {import('./engine.js').Plan} Plan */

/**
 * @param {Plan} plan
 * @param {number} most bytes
 */
function sentenceFor({ inputWidth, inputHeight, width, height, bytes, format: kind }, most) {
  const scale = Math.sqrt((width * height) / (inputWidth * inputHeight));
  const largest = Math.floor(scale * Math.sqrt(most / bytes) * 10) / 10;
  const size = format.pixels(Math.round(inputWidth * largest), Math.round(inputHeight * largest));
  const advice = largest < 1 ? 'Choose a smaller picture' : `Enlarge at most ${format.times(largest)}, to ${size}`;
  const other = kind === 'jpeg' ? '' : ', or save as JPEG';
  return `The file would have about ${format.bytes(bytes)}, and this browser has room for ${format.bytes(most)}. ${advice}${other}.`;
}

/**
 * Where the file of a result is to go, or why it cannot be saved, with the largest size that can.
 * @param {Plan} plan
 * @returns {Promise<{inFile: boolean, problem?: string}>}
 */
export async function placeFor(plan) {
  const room = ((await roomForFiles()) ?? 0) / MARGIN;
  if (plan.bytes <= room) return { inFile: true };
  const most = Math.max(room, MOST_BLOB_BYTES);
  return { inFile: false, problem: plan.bytes > most ? sentenceFor(plan, most) : undefined };
}
