import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { drawPicture } from './picture.mjs';
import { serveBench, serveSite } from './serve.mjs';

const bench = await serveBench();
const site = await serveSite();
after(() => {
  bench.close();
  site.close();
});

test('the bench is isolated, so that threads are possible, and the page is as any host serves it', async () => {
  const page = 'benches/browser/page/';
  for (const address of [`${page}index.html`, `${page}ort.js`, 'dist/lenslet.js', 'made/8x1-16.onnx']) {
    const { ok, headers } = await fetch(bench.url + address);
    assert.ok(ok, address);
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', address);
    assert.equal(headers.get('cross-origin-embedder-policy'), 'require-corp', address);
  }
  const { ok, headers } = await fetch(site.url);
  assert.ok(ok);
  assert.equal(headers.get('cross-origin-opener-policy'), null);
});

test('every engine gets the same picture', async () => {
  const pixels = await fetch(`${bench.url}made/16.rgba`);
  assert.deepEqual(Buffer.from(await pixels.arrayBuffer()), drawPicture(16));
});

test('nothing else is served', async () => {
  for (const address of ['', 'Cargo.toml', 'dist/..%2fCargo.toml', 'made/8x1.onnx', 'made/-1.png']) {
    assert.equal((await fetch(bench.url + address)).status, 404, address);
  }
});
