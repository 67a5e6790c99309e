/** Calls the library in a page, as another site's script does. */

import { openPage } from './harness.mjs';

/**
 * Runs a call of the library in a page and returns what it resolves to, or the error's code and message. Addresses that
 * end in `/given/` and a name are answered with the content of that name.
 * @param {import('puppeteer-core').Browser} running
 * @param {string} address of the page
 * @param {{pictures: Buffer[], given?: Record<string, Buffer>}} files
 * @param {string | ((Upscaler: any, pictures: Blob[], files: Record<string, Uint8Array>, Picture: any) => Promise<unknown>)} call
 */
export async function callLibrary(running, address, { pictures, given = {} }, call) {
  const page = await openPage(running, address);
  const told = (/** @type {Buffer[]} */ files) => JSON.stringify(files.map((file) => [...file]));
  // As text, so that the function goes along; the page's policy lets none be made there.
  const answer = await page.evaluate(`(async () => {
    const contents = ${told(Object.values(given))}.map((content) => new Uint8Array(content));
    const files = Object.fromEntries(${JSON.stringify(Object.keys(given))}.map((name, at) => [name, contents[at]]));
    const fetchOfThePage = globalThis.fetch;
    globalThis.fetch = async (address, ...rest) => {
      const name = /\\/given\\/(.*)$/.exec(String(address))?.[1];
      return name ? new Response(files[name]) : fetchOfThePage(address, ...rest);
    };
    const { default: init, Picture, Upscaler } = await import('./lenslet.js');
    await init();
    const pictures = ${told(pictures)}.map((picture) => new Blob([new Uint8Array(picture)]));
    try {
      return await (${call})(Upscaler, pictures, files, Picture);
    } catch ({ code, message }) {
      return { code, message };
    }
  })()`);
  await page.close();
  return /** @type {any} */ (answer);
}
