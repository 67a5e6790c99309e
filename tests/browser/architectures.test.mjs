/** Networks of every kind of op, and a file that PyTorch wrote: each browser makes what the command makes with them. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { withBrowser, withSite } from './fixtures.mjs';
import { addModel, choose, openPage, save, SETUPS, waitForState } from './harness.mjs';
import { goldenModel, torchFile } from './model-files.mjs';
import { drawPng, enlargedByCommand, largestDifference } from './pictures.mjs';

/** Between them they need every shader. */
const NETWORKS = ['realplksr_dysample_x2', 'realplksr_layer_norm_x2', 'rlfn_x2', 'rrdb_unshuffle_x2', 'srcnn_luma_x3'];

/** Largest difference allowed, in steps of 255: the design's promise for each precision. */
const TOLERANCE = { f32: 1, f16: 2 };

const site = withSite();

for (const [name, setup] of Object.entries(SETUPS)) {
  describe(name, () => {
    const browser = withBrowser(name);

    /**
     * @param {string} model
     * @param {string} modelName
     */
    async function check(model, modelName) {
      const picture = await site.pictures.write(`${setup.browser}-${setup.run}-${modelName}.png`, drawPng(17, 15));
      const page = await openPage(browser.running, `${site.server.url}?run=${setup.run}`);
      await addModel(page, model, modelName);
      await choose(page, picture);
      await waitForState(page, 'done');
      const made = PNG.sync.read((await save(page, browser.downloads)).bytes);
      const difference = largestDifference(made, await enlargedByCommand(picture, model));
      assert.ok(difference <= TOLERANCE[setup.precision], `differs by up to ${difference} of 255`);
      await page.close();
    }

    for (const network of NETWORKS) {
      test(network, async () => {
        const file = `${setup.browser}-${setup.run}-${network}.safetensors`;
        await check(await site.pictures.write(file, await goldenModel(network)), file.replace('.safetensors', ''));
      });
    }

    test('a file that PyTorch wrote', async () => {
      const file = `${setup.browser}-${setup.run}-written.pth`;
      await check(await site.pictures.write(file, await torchFile('params_ema')), file.replace('.pth', ''));
    });
  });
}
