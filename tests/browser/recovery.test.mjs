/** A GPU that is lost or out of memory in the middle of a picture: it is opened again, or the CPU goes on, and the result says so. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { callLibrary } from './library-page.mjs';
import { modelFile } from './model-files.mjs';
import { drawPng, largestDifference } from './pictures.mjs';

const site = withSite();

/** Runs in the page: keeps the devices that the library asks for, and has memory end where the test says. */
function watchDevices() {
  // What simulates a GPU here is to pass for a real one.
  for (const [field, value] of Object.entries({ description: 'A GPU', isFallbackAdapter: false })) {
    Object.defineProperty(GPUAdapterInfo.prototype, field, { get: () => value });
  }
  const seen = {
    /** @type {GPUDevice[]} */
    devices: [],
    /** Whether devices are lost as soon as they are there. */
    losesAll: false,
    /** The label of a buffer that finds no memory, once. */
    full: '',
  };
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...options) {
    const device = await requestDevice.apply(this, options);
    seen.devices.push(device);
    if (seen.losesAll) device.destroy();
    return device;
  };
  const { createBuffer, pushErrorScope, popErrorScope } = GPUDevice.prototype;
  /** @type {string[]} */
  const filters = [];
  let isTold = true;
  GPUDevice.prototype.pushErrorScope = function (filter) {
    filters.push(filter);
    pushErrorScope.call(this, filter);
  };
  GPUDevice.prototype.popErrorScope = async function () {
    const filter = filters.pop();
    const error = await popErrorScope.call(this);
    if (isTold || filter !== 'out-of-memory') return error;
    isTold = true;
    return new GPUOutOfMemoryError('on purpose');
  };
  GPUDevice.prototype.createBuffer = function (descriptor) {
    if (!seen.full || descriptor.label !== seen.full) return createBuffer.call(this, descriptor);
    seen.full = '';
    isTold = !filters.includes('out-of-memory');
    if (isTold) {
      const error = new GPUOutOfMemoryError('on purpose');
      this.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error }));
    }
    // A buffer without usage is as invalid as one without memory.
    pushErrorScope.call(this, 'validation');
    const buffer = createBuffer.call(this, { label: descriptor.label, size: descriptor.size, usage: 0 });
    popErrorScope.call(this);
    return buffer;
  };
  return seen;
}

for (const name of /** @type {const} */ (['Chromium, WebGPU', 'Firefox, WebGPU'])) {
  describe(name, () => {
    const browser = withBrowser(name);

    /**
     * Enlarges a picture in tiles of 32 pixels, and does something in the page before the GPU is opened, before the picture is
     * begun, or when the third of six tiles is done: bodies of functions that have `seen`.
     * @param {{opening?: string, first?: string, midway?: string}} happens
     */
    async function enlarge({ opening = '', first = '', midway = '' }) {
      const files = { pictures: [drawPng(41, 67)], given: { model: modelFile({ features: 16, convs: 2 }) } };
      const found = await callLibrary(
        browser.running,
        `${site.server.url}?run=cpu`,
        files,
        `async (Upscaler, [picture], { model }) => {
          const seen = (${watchDevices})();
          const options = { model: { name: 'own', file: model }, precision: 'f32', blocking: 'square-1', threads: 2 };
          const bytes = async ({ blob }) => [...new Uint8Array(await blob.arrayBuffer())];
          const cpu = await Upscaler.create({ ...options, backend: 'cpu' });
          ${opening}
          const upscaler = await Upscaler.create({ ...options, tile: 32 });
          const before = upscaler.backend;
          const widths = [];
          const onTile = ({ width }) => {
            if (widths.push(width) === 3) { ${midway} }
          };
          ${first}
          const result = await upscaler.upscale(picture, { onTile });
          const { backend, adapter, warnings } = result;
          const next = await bytes(await upscaler.upscale(picture));
          const devices = seen.devices.length;
          const expected = await bytes(await cpu.upscale(picture));
          return { before, backend, adapter, warnings, made: await bytes(result), next, expected, widths, devices };
        }`,
      );
      assert.equal(found.before, 'gpu', found.message);
      const [made, next, expected] = ['made', 'next', 'expected'].map((key) => PNG.sync.read(Buffer.from(found[key])));
      assert.equal(made.data.length, expected.data.length);
      assert.ok(largestDifference(made, expected) <= 1);
      assert.ok(largestDifference(next, expected) <= 1);
      return found;
    }

    test('a GPU that is lost is opened again, and goes on with smaller tiles', async () => {
      const { backend, warnings, widths, devices } = await enlarge({ midway: 'seen.devices[0].destroy();' });
      assert.deepEqual([backend, devices], ['gpu', 2]);
      assert.equal(warnings.length, 1);
      // Firefox tells that a device is lost after it has told that a buffer is.
      assert.match(warnings[0], /^The GPU (failed|was lost) in the middle of the work \(.+\), so it goes on with smaller tiles\.$/s);
      assert.ok(Math.max(...widths.slice(0, 3)) > 64 && Math.max(...widths.slice(-3)) < 64, `${widths}`);
    });

    test('where the GPU is lost again and again the CPU goes on', async () => {
      const { backend, adapter, warnings, devices } = await enlarge({
        midway: 'seen.losesAll = true; seen.devices[0].destroy();',
      });
      assert.deepEqual([backend, adapter, devices], ['cpu', '2 threads', 3]);
      assert.equal(warnings.length, 3);
      assert.match(warnings[2], /^The GPU (failed|was lost) in the middle of the work \(.+\), so the CPU goes on\.$/s);
    });

    test('where memory ends tiles are halved', async () => {
      const { backend, warnings, widths } = await enlarge({ first: 'seen.full = "enlarged";' });
      assert.equal(backend, 'gpu');
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], /^The GPU has too little memory \(.+\), so it goes on with smaller tiles\.$/);
      assert.ok(Math.max(...widths.slice(-3)) < 64, `${widths}`);
    });

    test('where there is too little memory from the start tiles are smaller', async () => {
      const { backend, warnings, widths } = await enlarge({ opening: 'seen.full = "features";' });
      assert.equal(backend, 'gpu');
      assert.deepEqual(warnings, ['The GPU has too little memory for tiles of 32 pixels, so they are smaller.']);
      assert.ok(Math.max(...widths) < 64, `${widths}`);
    });
  });
}
