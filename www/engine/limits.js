/** Why something cannot be made or saved here, and what a person can ask for instead. */

import * as format from '../ui/format.js';

/**
 * @param {import('../js/client.js').Plan} plan
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

/**
 * A sentence; nothing where all is well.
 * @param {import('../js/client.js').Plan} plan
 */
export function problemOf(plan) {
  const { problem, limit, bytes, format: kind } = plan;
  if (problem || !limit) return problem;
  const { most, factor } = limit;
  if (limit.of === 'side') {
    return `A ${format.file(kind)} file holds at most ${most} pixels a side. ${adviceFor(plan, factor, 'PNG')}`;
  }
  const sizes = `about ${format.bytes(bytes)}, and this browser has room for ${format.bytes(most)}`;
  return `The file would have ${sizes}. ${adviceFor(plan, factor, kind === 'jpeg' ? '' : 'JPEG')}`;
}
