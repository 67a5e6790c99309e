/**
 * Tells how much memory the workers of the CPU engine take: `node worker-memory.mjs MODEL WIDTH...` enlarges a picture of each
 * width on two workers in Chromium and writes the size of each worker's WebAssembly memory, which never shrinks. Takes the
 * environment of the tests.
 */

import { startBrowser, startServer } from './harness.mjs';
import { drawPng } from './pictures.mjs';

const HEIGHT = 256;

const [model, ...widths] = process.argv.slice(2);
if (!model || widths.length === 0) {
  console.error('usage: node worker-memory.mjs MODEL WIDTH...');
  process.exit(2);
}

const server = await startServer();
const browser = await startBrowser('Chromium, no WebGPU');
const page = await browser.running.newPage();
// Of the same origin, and without an engine of its own.
await page.goto(new URL('models/index.json', server.url).href);
const library = new URL('lenslet.js', server.url).href;
for (const width of ['0', ...widths]) {
  const picture = width === '0' ? '' : drawPng(Number(width), HEIGHT).toString('base64');
  const kept = await page.evaluateHandle(
    async (library, model, picture) => {
      const { default: init, Upscaler } = await import(library);
      await init();
      const upscaler = await Upscaler.create({ model, backend: 'cpu', threads: 2 });
      if (picture) await upscaler.upscale(await (await fetch(`data:;base64,${picture}`)).blob(), { format: 'none' });
      return upscaler;
    },
    library,
    model,
    picture,
  );
  const bytes = await Promise.all(
    page.workers().map((worker) =>
      worker.evaluate(async (library) => (await (await import(library)).default()).memory.buffer.byteLength, library),
    ),
  );
  console.log(`${model}, ${width === '0' ? 'no picture' : `${width} px wide`}: ${bytes.map((size) => (size / 1e6).toFixed(1)).join(' + ')} MB`);
  await kept.evaluate((upscaler) => upscaler.free());
}
await browser.close();
server.close();
