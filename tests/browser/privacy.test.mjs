/** Nothing leaves the machine: an upscale makes no request, and the page's policy stops any that tried. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, give, openPage, save, SETUPS, until, waitForEngine, waitForRest, waitForState, waitForText } from './harness.mjs';
import { waitUntilKept } from './kept-site.mjs';
import { graphFile, modelFile, torchFile } from './model-files.mjs';
import { drawPng, photoPng, textPng } from './pictures.mjs';
import { workerReaches } from './probe.mjs';

const site = withSite();

/** Another origin, that would let anybody in: only the page's policy keeps the page from it. */
let visits = 0;
const stranger = createServer((_request, response) => {
  visits += 1;
  response.writeHead(200, { 'access-control-allow-origin': '*' }).end('hello');
});
let strangerUrl = '';

before(async () => {
  await new Promise((resolve) => stranger.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (stranger.address());
  strangerUrl = `http://127.0.0.1:${address.port}/`;
});
after(() => {
  stranger.closeAllConnections();
  stranger.close();
});

let marks = 0;

/** Every request that reached the server so far: a request of our own marks the end of the log. */
async function requests() {
  const mark = `/mark-${++marks}`;
  await fetch(new URL(mark, site.server.url));
  await until(() => site.server.log.some((line) => line.includes(mark)), `${mark} stands in the log`);
  return site.server.log.filter((line) => !line.includes('/mark-'));
}

/** @param {string} url */
const reach = (url) =>
  fetch(url).then(
    () => 'reached',
    () => 'blocked',
  );

for (const [name, setup] of Object.entries(SETUPS)) {
  describe(name, () => {
    const browser = withBrowser(name);

    test('an upscale makes no request', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=${setup.run}`);
      const atReady = await requests();
      assert.ok(atReady.some((line) => line.includes('/lenslet_bg-')), 'the log shows what the page loads');
      await choose(page, await site.pictures.write(`${setup.browser}.png`, drawPng(11, 9)));
      await waitForState(page, 'done');
      await save(page, browser.downloads);
      assert.deepEqual((await requests()).slice(atReady.length), []);
      await page.close();
    });

    test('kept on the device the page starts and enlarges without a request, but for what tells whether there is a new version', async () => {
      const address = `${site.server.url}?run=${setup.run}`;
      const first = await openPage(browser.running, address, { isKept: true });
      await waitUntilKept(first);
      const atReady = (await requests()).length;
      await choose(first, await site.pictures.write(`${setup.browser}-kept.png`, drawPng(11, 9)));
      await waitForState(first, 'done');
      assert.deepEqual((await requests()).slice(atReady), []);
      await first.close();
      const next = await openPage(browser.running, address, { isKept: true });
      await choose(next, await site.pictures.write(`${setup.browser}-again.png`, drawPng(9, 11)));
      await waitForState(next, 'done');
      const asked = (await requests()).slice(atReady).map((line) => line.split(' ')[1]);
      assert.deepEqual(asked.filter((file) => !/^\/(sw\.js|worker\/.*|manifest\.webmanifest)$/.test(file)), []);
      await next.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.unregister());
      await next.close();
    });

    test('a picture that chooses its model makes no request either', async () => {
      const before = site.server.log.length;
      const page = await openPage(browser.running, `${site.server.url}?run=${setup.run}&model=auto`);
      await waitForRest(site.server, before);
      const atReady = (await requests()).length;
      for (const [kind, content] of /** @type {const} */ ([['text', textPng(24, 16)], ['photo', photoPng(24, 16)]])) {
        await choose(page, await site.pictures.write(`${setup.browser}-${kind}.png`, content));
        await waitForText(page, '#file-name', `${setup.browser}-${kind}.png`);
        await waitForState(page, 'done');
      }
      assert.deepEqual((await requests()).slice(atReady), []);
      await page.close();
    });

    test('a model of one’s own is read, kept and run without a request', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=${setup.run}`);
      const atReady = (await requests()).length;
      await give(page, 'drop', [{ name: 'secret.safetensors', content: modelFile() }]);
      await waitForText(page, '#card .name', 'secret');
      await waitForEngine(page);
      await waitForText(page, '[data-fact=time]', 'a');
      await page.locator('#keep').click();
      await page.waitForFunction(() => location.search.includes('own'));
      await choose(page, await site.pictures.write(`${setup.browser}-own.png`, drawPng(11, 9)));
      await waitForState(page, 'done');
      await save(page, browser.downloads);
      assert.deepEqual((await requests()).slice(atReady), []);
      await page.close();
    });

    test('the first file that is not safetensors loads the reader of those, and no other one loads anything', async () => {
      const page = await openPage(browser.running, `${site.server.url}?run=${setup.run}`);
      const atReady = (await requests()).length;
      const drop = async (/** @type {string} */ name, /** @type {Buffer} */ content) => {
        await give(page, 'drop', [{ name, content }]);
        await waitForText(page, '#card .name', name.replace(/\.\w+$/, ''));
        await waitForEngine(page);
      };
      await drop('first.onnx', await graphFile('compact.onnx'));
      const loaded = (await requests()).slice(atReady);
      const reader = ['/js/io/foreign-weights-', '/lenslet-weights-', '/lenslet-weights_bg-'];
      assert.ok(loaded.some((line) => line.includes(reader[2])));
      assert.ok(loaded.every((line) => reader.some((file) => line.includes(file))), loaded.join());
      await drop('second.pth', await torchFile('params_ema'));
      assert.deepEqual((await requests()).slice(atReady + loaded.length), []);
      await page.close();
    });

    test('the page and every worker of it are kept from other origins', async () => {
      const free = await browser.running.newPage();
      visits = 0;
      assert.equal(await free.evaluate(reach, strangerUrl), 'reached', 'without the policy the stranger is in reach');
      assert.equal(visits, 1);
      await free.close();

      const page = await openPage(browser.running, `${site.server.url}?run=${setup.run}`);
      await choose(page, await site.pictures.write(`${setup.browser}-policy.png`, drawPng(11, 9)));
      await waitForState(page, 'done'); // so that whatever workers the engine starts have started
      assert.equal(await page.evaluate(reach, strangerUrl), 'blocked');
      assert.equal(await workerReaches(page, strangerUrl), 'blocked');
      assert.equal(await workerReaches(page, site.server.url), 'reached', 'its own origin stays in reach');
      if (setup.run === 'cpu') assert.equal(await workerReaches(page, strangerUrl, 'lenslet-stage'), 'blocked');
      if (setup.browser === 'chrome') {
        // The engine's helpers too, where the browser lets the test into them.
        for (const worker of page.workers()) assert.equal(await worker.evaluate(reach, strangerUrl), 'blocked');
      }
      assert.equal(visits, 1);
      await page.close();
    });
  });
}
