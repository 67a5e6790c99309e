/** What can be saved here: told before the work begins. Runs in the engine's worker. */

import * as format from '../ui/format.js';
import { roomForFiles } from '../js/io/result-file.js';

/** What browsers take as the parts of one Blob. */
const MOST_BLOB_BYTES = 2e9;

/** The formats' own limits. */
const MOST_SIDE = { png: 2 ** 31 - 1, jpeg: 65_535, webp: 16_383 };

/** The size of a file is only estimated. */
const MARGIN = 1.25;

/** @typedef {import('../js/client.js').Plan} Plan */

/**
 * What a person can ask for instead.
 * @param {Plan} plan
 * @param {number} factor between the largest sides that work and those of the plan
 * @param {string} otherFormat that helps too
 */
function adviceFor({ inputWidth, inputHeight, width, height }, factor, otherFormat) {
  const scale = Math.sqrt((width * height) / (inputWidth * inputHeight));
  const largest = Math.floor(scale * factor * 10) / 10;
  const size = format.pixels(Math.round(inputWidth * largest), Math.round(inputHeight * largest));
  const advice = largest < 1 ? 'Choose a smaller picture' : `Enlarge at most ${format.times(largest)}, to ${size}`;
  return `${advice}${otherFormat && `, or save as ${otherFormat}`}.`;
}

/** @param {Plan} plan */
function problemOfSides(plan) {
  const { width, height, format: kind } = plan;
  const [most, side] = [MOST_SIDE[kind], Math.max(width, height)];
  if (side <= most) return undefined;
  return `A ${format.file(kind)} file holds at most ${most} pixels a side. ${adviceFor(plan, most / side, 'PNG')}`;
}

/**
 * Where the file of a result is to go, or why it cannot be saved, with the largest size that can.
 * @param {Plan} plan
 * @returns {Promise<{inFile: boolean, problem?: string}>}
 */
export async function placeFor(plan) {
  const room = ((await roomForFiles()) ?? 0) / MARGIN;
  const most = Math.max(room, MOST_BLOB_BYTES);
  const inFile = plan.bytes <= room;
  if (plan.bytes <= most) return { inFile, problem: problemOfSides(plan) };
  const advice = adviceFor(plan, Math.sqrt(most / plan.bytes), plan.format === 'jpeg' ? '' : 'JPEG');
  const sizes = `about ${format.bytes(plan.bytes)}, and this browser has room for ${format.bytes(most)}`;
  return { inFile, problem: `The file would have ${sizes}. ${advice}` };
}
