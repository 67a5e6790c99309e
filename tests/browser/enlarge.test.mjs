/** What a person gets: the saved file holds the pixels that the native command makes of the same picture. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { choose, openMore, openPage, save, SETUPS, textOf, visibleText, waitForEngine, waitForState } from './harness.mjs';
import { drawPng, enlargedByCommand, largestDifference } from './pictures.mjs';

/** Largest difference allowed, in steps of 255: the design's promise for each precision. */
const TOLERANCE = { f32: 1, f16: 2 };

const site = withSite();

for (const [name, setup] of Object.entries(SETUPS)) {
  describe(name, () => {
    const browser = withBrowser(name);

    for (const [kind, width, height, alpha] of /** @type {const} */ ([
      ['opaque', 23, 17, false],
      ['transparent', 13, 19, true],
    ])) {
      test(`saves what the command makes of a picture, ${kind}`, async () => {
        const file = await site.pictures.write(`${setup.browser}-${setup.run}-${kind}.png`, drawPng(width, height, { alpha }));
        const page = await openPage(browser.running, `${site.server.url}?run=${setup.run}`);
        await choose(page, file);
        await waitForState(page, 'done');

        const saved = await save(page, browser.downloads);
        assert.equal(saved.name, `${setup.browser}-${setup.run}-${kind}-4x-fast-x4.png`);
        const picture = PNG.sync.read(saved.bytes);
        assert.deepEqual([picture.width, picture.height], [width * 4, height * 4]);
        const difference = largestDifference(picture, await enlargedByCommand(file));
        assert.ok(difference <= TOLERANCE[setup.precision], `differs by up to ${difference} of 255`);

        const run = await textOf(page, '#run');
        assert.match(run, new RegExp(`^[\\d.]+ s on ${setup.run.toUpperCase()} · .+ · ${setup.precision}`));
        assert.match(await visibleText(page, '#size'), new RegExp(`^${width * 4} × ${height * 4} px · .*MP`));
        await page.close();
      });
    }
  });
}

describe('A person without WebGPU', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  test('is told so before choosing, and still gets the picture', async () => {
    const page = await openPage(browser.running, site.server.url);
    assert.equal(await visibleText(page, '#status'), 'CPU');
    await page.click('[popovertarget=about-engine]');
    assert.match(await visibleText(page, '#engine-warnings'), /WebGPU.*CPU/);
    await choose(page, await site.pictures.write('plain.png', drawPng(9, 7)));
    await waitForState(page, 'done');
    assert.match(await textOf(page, '#run'), /on CPU/);
    assert.match(await textOf(page, '#warnings'), /WebGPU.*CPU/);
    await page.close();
  });

  test('can choose where it runs, and a reload keeps the choice', async () => {
    const page = await openPage(browser.running, site.server.url);
    await choose(page, await site.pictures.write('chosen.png', drawPng(9, 7)));
    await waitForState(page, 'done');
    await openMore(page);
    await page.select('#run-on', 'cpu');
    await waitForEngine(page);
    assert.equal(await textOf(page, '#engine-warnings'), '', 'who asks for the CPU needs no warning about it');
    await page.reload();
    await waitForEngine(page);
    assert.equal(await page.$eval('#run-on', (select) => /** @type {HTMLSelectElement} */ (select).value), 'cpu');
    await page.close();
  });
});
