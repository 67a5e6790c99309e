/** Which files are models, and what to call them. Whether one is sound, only the engine can say. */

import { makeZip } from '../libraries/client-zip.js';
import { EngineError } from '../js/client.js';
import { bytes } from '../ui/format.js';

const ENDING = /\.(pth|pt|ckpt|safetensors|onnx|param|zip)$/i;

/** Above this the engine's memory could not hold it. */
const LARGEST_BYTES = 1e9;

/** The name has to fit, in any script, into the 255 bytes that file systems allow. */
const LONGEST_NAME = 60;

/** No header of the second format is longer than this, its definition says. */
const LONGEST_HEADER = 100_000_000;

/**
 * By name, or by content: a ZIP archive, or the length of a JSON object and its opening brace.
 * @param {File} file
 */
export async function isModelFile(file) {
  if (ENDING.test(file.name)) return true;
  try {
    const head = new DataView(await file.slice(0, 9).arrayBuffer());
    if (head.byteLength < 9) return false;
    const isZip = head.getUint32(0) === 0x504b0304;
    const isHeader = head.getBigUint64(0, true) <= LONGEST_HEADER && head.getUint8(8) === 0x7b;
    return isZip || isHeader;
  } catch {
    return false; // It cannot be read, and the engine says so when it tries.
  }
}

/**
 * The two files of a model of ncnn, which have one name, become one archive.
 * @param {File[]} files
 * @returns {Promise<File[]>}
 */
export async function joinPairs(files) {
  const stem = (/** @type {File} */ { name }) => name.replace(/\.(param|bin)$/i, '');
  const joined = files.map(async (file) => {
    const other = (/** @type {RegExp} */ ending) => files.find((one) => ending.test(one.name) && one !== file && stem(one) === stem(file));
    if (/\.bin$/i.test(file.name) && other(/\.param$/i)) return [];
    const weights = /\.param$/i.test(file.name) && other(/\.bin$/i);
    if (!weights) return [file];
    const archive = await new Response(makeZip([file, weights])).blob();
    return [new File([archive], `${stem(file)}.zip`)];
  });
  return (await Promise.all(joined)).flat();
}

/** @param {File} file */
export function refuseTooLarge(file) {
  if (file.size <= LARGEST_BYTES) return;
  const sentence = `The model file has ${bytes(file.size)}; at most ${bytes(LARGEST_BYTES)} can be read. Choose a smaller one.`;
  throw new EngineError('model-too-large', sentence);
}

/**
 * A name for people that is a safe name of a file too, and not one of those taken.
 * @param {string} fileName
 * @param {Set<string>} taken
 */
export function modelName(fileName, taken) {
  const letters = fileName.replace(ENDING, '').normalize('NFC').replace(/[^\p{L}\p{N}\p{M} ._+()-]+/gu, '_');
  const trimmed = letters.replace(/^[. ]+/, '');
  const name = [...trimmed].slice(0, LONGEST_NAME).join('').replace(/[. ]+$/, '') || 'model';
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? name : `${name} ${count}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/**
 * Whether two files have the same content, without holding either in memory.
 * @param {Blob} one
 * @param {Blob} other
 */
export async function haveSameContent(one, other) {
  if (one.size !== other.size) return false;
  const step = 4 * 1024 * 1024;
  for (let at = 0; at < one.size; at += step) {
    const [a, b] = await Promise.all([one, other].map((file) => file.slice(at, at + step).arrayBuffer()));
    const bytesOfOther = new Uint8Array(b);
    if (new Uint8Array(a).some((byte, index) => byte !== bytesOfOther[index])) return false;
  }
  return true;
}
