/**
 * A ZIP past 4 GB, which old readers' 32 bits do not hold: what the page's library writes is read here by the format's own
 * description (APPNOTE 4.3 to 4.5), and none of it lies on a disk.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { makeZip } from '../../www/node_modules/client-zip/index.js';

const CHUNK = new Uint8Array(16 * 1024 * 1024).fill(7);
const CHUNKS = 260; // 4.36 GB
const LARGE = CHUNK.length * CHUNKS;
const SMALL = new TextEncoder().encode('the last one');

/** Where 32 bits end; what does not fit into them says so by all of them set, and stands in an extra field of 64. */
const FULL = 0xffff_ffff;

const LOCAL = 0x0403_4b50;
const DIRECTORY = 0x0201_4b50;
const END = 0x0605_4b50;
const END_64 = 0x0606_4b50;
const END_64_PLACE = 0x0706_4b50;

async function* files() {
  let left = CHUNKS;
  const input = new ReadableStream({
    pull: (controller) => (left-- > 0 ? controller.enqueue(CHUNK) : controller.close()),
  });
  yield { name: 'large.png', input };
  yield { name: 'small.png', input: SMALL };
}

/**
 * An entry of the directory, with the numbers of its extra field in the place of those that are full.
 * @param {DataView} view
 * @param {number} at
 */
function entryAt(view, at) {
  assert.equal(view.getUint32(at, true), DIRECTORY);
  const [nameLength, extraLength] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength));
  let extra = at + 46 + nameLength;
  const next = extra + extraLength;
  if (extraLength > 0) {
    assert.equal(view.getUint16(extra, true), 1, 'the extra field of 64 bits');
    assert.equal(view.getUint16(extra + 2, true), extraLength - 4);
    extra += 4;
  }
  const wide = (/** @type {number} */ place) => {
    const value = view.getUint32(place, true);
    if (value !== FULL) return value;
    extra += 8;
    assert.ok(extra <= next, `${name} has its numbers of 64 bits`);
    return Number(view.getBigUint64(extra - 8, true));
  };
  const [size, packed, offset] = [wide(at + 24), wide(at + 20), wide(at + 42)];
  return { entry: { name, sum: view.getUint32(at + 16, true), size, packed, offset }, next };
}

test('sizes, places and the end of a ZIP past 4 GB are written in 64 bits', async () => {
  let length = 0;
  /** @type {Uint8Array[]} all but what is in the large file */
  const tail = [];
  for await (const part of makeZip(files())) {
    length += part.length;
    if (part.length < CHUNK.length) tail.push(part);
  }
  assert.ok(length > 2 ** 32);
  const kept = Buffer.concat(tail);
  const view = new DataView(kept.buffer, kept.byteOffset, kept.length);
  // What was kept lies before the large file, which begins with its header and name, or behind it.
  const head = 30 + 'large.png'.length;
  const place = (/** @type {number} */ offset) => (offset < head ? offset : offset - LARGE);
  assert.equal(place(length), kept.length);

  const end = kept.length - 22;
  assert.equal(view.getUint32(end, true), END);
  assert.equal(view.getUint32(end + 16, true), FULL, 'the directory lies past 4 GB');
  assert.equal(view.getUint32(end - 20, true), END_64_PLACE);
  const end64 = place(Number(view.getBigUint64(end - 20 + 8, true)));
  assert.equal(view.getUint32(end64, true), END_64);
  assert.equal(view.getBigUint64(end64 + 24, true), 2n);
  assert.equal(view.getBigUint64(end64 + 32, true), 2n);
  const directory = place(Number(view.getBigUint64(end64 + 48, true)));
  assert.equal(directory + Number(view.getBigUint64(end64 + 40, true)), end64, 'it ends where it says');

  const first = entryAt(view, directory);
  const second = entryAt(view, first.next);
  assert.equal(second.next, end64);
  const sum = Array.from({ length: CHUNKS }).reduce((/** @type {number} */ before) => crc32(CHUNK, before), 0);
  assert.deepEqual(first.entry, { name: 'large.png', sum, size: LARGE, packed: LARGE, offset: 0 });
  const { offset } = second.entry;
  assert.ok(offset > LARGE);
  assert.deepEqual(second.entry, { name: 'small.png', sum: crc32(SMALL), size: SMALL.length, packed: SMALL.length, offset });
  for (const at of [0, place(offset)]) assert.equal(view.getUint32(at, true), LOCAL);
  const content = place(offset) + 30 + 'small.png'.length;
  assert.equal(kept.subarray(content, content + SMALL.length).toString(), 'the last one');
});
