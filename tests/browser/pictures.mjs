/** Pictures for the tests: made here, none of them in git, and the native command's enlargement to compare with. */

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';

/** A folder for one test file's pictures. */
export async function pictureFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'lenslet-pictures-'));
  return {
    folder,
    /**
     * @param {string} name
     * @param {Uint8Array | string} content
     */
    async write(name, content) {
      const file = path.join(folder, name);
      await writeFile(file, content);
      return file;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * A picture with flat parts, slopes, edges and fine texture, so that an enlargement of the wrong pixels, with
 * the wrong colours or in the wrong place cannot look right.
 * @param {number} width
 * @param {number} height
 * @param {{alpha?: boolean}} [options]
 */
export function drawPng(width, height, { alpha = false } = {}) {
  const png = new PNG({ width, height, colorType: alpha ? 6 : 2 });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const edge = x * height > y * width ? 90 : 0;
      const texture = ((x * 7 + y * 13) % 5) * 8;
      const at = (y * width + x) * 4;
      png.data[at] = Math.min(255, 40 + (x * 150) / width + texture);
      png.data[at + 1] = Math.min(255, 30 + (y * 160) / height + edge / 2);
      png.data[at + 2] = 60 + edge + texture;
      png.data[at + 3] = alpha ? Math.round((255 * (x + y)) / (width + height - 2)) : 255;
    }
  }
  return PNG.sync.write(png, { colorType: alpha ? 6 : 2 });
}

/**
 * Black strokes on white, as letters and tables have them.
 * @param {number} width
 * @param {number} height
 */
export function textPng(width, height) {
  const png = new PNG({ width, height, colorType: 2 });
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const isStroke = y % 12 < 7 && (x % 7 === 0 || (x % 7 < 4 && y % 12 === (x >> 3) % 7));
    png.data.fill(isStroke ? 0 : 255, at * 4, at * 4 + 3);
    png.data[at * 4 + 3] = 255;
  }
  return PNG.sync.write(png, { colorType: 2 });
}

/**
 * Smooth shades with a little noise all over, as light makes them.
 * @param {number} width
 * @param {number} height
 */
export function photoPng(width, height) {
  const png = new PNG({ width, height, colorType: 2 });
  let state = 1;
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const light = 128 + 90 * Math.sin(x / 9) * Math.cos(y / 7) + (state >>> 28);
    for (let channel = 0; channel < 3; channel++) png.data[at * 4 + channel] = light - channel * 20;
    png.data[at * 4 + 3] = 255;
  }
  return PNG.sync.write(png, { colorType: 2 });
}

/**
 * Light that changes softly, and no noise at all.
 * @param {number} width
 * @param {number} height
 */
export function wavesPng(width, height) {
  const png = new PNG({ width, height, colorType: 2 });
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const light = 128 + 60 * Math.sin(x / 9.7) + 40 * Math.cos(y / 11.3);
    png.data.set([light, light * 0.8, light * 0.6, 255], at * 4);
  }
  return PNG.sync.write(png, { colorType: 2 });
}

/**
 * Noise all over, which no format makes small.
 * @param {number} width
 * @param {number} height
 */
export function noisePng(width, height) {
  const png = new PNG({ width, height, colorType: 2 });
  let state = 1;
  for (let at = 0; at < width * height * 4; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    png.data[at] = at % 4 === 3 ? 255 : state >>> 24;
  }
  return PNG.sync.write(png, { colorType: 2, deflateLevel: 1 });
}

/**
 * A picture with a block of EXIF that names its camera.
 * @param {number} width
 * @param {number} height
 * @param {string} camera
 */
export function pngWithExif(width, height, camera) {
  const text = Buffer.from(`${camera}\0`);
  const head = Buffer.alloc(26);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4); // where the only directory lies, which has one entry
  head.writeUInt16LE(1, 8);
  head.writeUInt16LE(0x0110, 10); // the camera's model, as text
  head.writeUInt16LE(2, 12);
  head.writeUInt32LE(text.length, 14);
  head.writeUInt32LE(head.length, 18);
  return withExif(drawPng(width, height), Buffer.concat([head, text]));
}

/**
 * A picture of that size whose EXIF says that the camera was held on its side, so that it is as high as it is wide here.
 * @param {number} width
 * @param {number} height
 */
export function turnedPng(width, height) {
  const exif = Buffer.alloc(26);
  exif.write('II*\0', 'latin1');
  exif.writeUInt32LE(8, 4);
  exif.writeUInt16LE(1, 8);
  exif.writeUInt16LE(0x0112, 10); // the orientation, as one short number
  exif.writeUInt16LE(3, 12);
  exif.writeUInt32LE(1, 14);
  exif.writeUInt16LE(6, 18);
  return withExif(drawPng(width, height), exif);
}

/**
 * @param {Buffer} picture
 * @param {Buffer} exif
 */
function withExif(picture, exif) {
  const end = picture.indexOf('IDAT') - 4;
  return Buffer.concat([picture.subarray(0, end), chunk('eXIf', exif), picture.subarray(end)]);
}

/**
 * A PNG whose header promises more pixels than any machine should try to hold.
 * @param {number} width
 * @param {number} height
 */
export function bombPng(width, height) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * @param {string} kind
 * @param {Buffer} content
 */
function chunk(kind, content) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/**
 * The same picture enlarged by the native command on the CPU.
 * @param {string} file
 * @param {string} [model] a built-in one or a file
 * @param {string[]} options of the command besides
 */
export async function enlargedByCommand(file, model = 'fast-x4', ...options) {
  const command = process.env.LENSLET_COMMAND;
  if (!command) throw new Error('LENSLET_COMMAND must name the lenslet command; `cargo xtask test` sets it.');
  const output = `${file}.native.png`;
  await promisify(execFile)(command, ['upscale', file, '-o', output, '--model', model, '--backend', 'cpu', ...options]);
  return PNG.sync.read(await readFile(output));
}

/**
 * The largest difference between two pictures of the same size in any channel of any pixel.
 * @param {{data: Uint8Array}} one
 * @param {{data: Uint8Array}} other
 */
export function largestDifference(one, other) {
  return one.data.reduce((largest, value, at) => Math.max(largest, Math.abs(value - other.data[at])), 0);
}
