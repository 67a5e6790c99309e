/** The library's client as a page's script uses it: signals, and what is left when its worker ends. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withBrowser, withSite } from './fixtures.mjs';
import { openPage } from './harness.mjs';
import { drawPng } from './pictures.mjs';

const site = withSite();

describe('Chromium, no WebGPU', () => {
  const browser = withBrowser('Chromium, no WebGPU');

  /**
   * Runs a body of a function in a page that has the client's module as `client`, an `engine` of its own, `settings` for it
   * and a `picture`.
   * @param {string} body
   * @returns {Promise<any>}
   */
  async function inPage(body) {
    const page = await openPage(browser.running, `${site.server.url}?run=cpu`);
    // As text, because the page's policy lets no function be made there.
    const answer = await page.evaluate(`(async () => {
      const made = new Set();
      const [create, revoke] = [URL.createObjectURL, URL.revokeObjectURL];
      URL.createObjectURL = (object) => {
        const address = create(object);
        made.add(address);
        return address;
      };
      URL.revokeObjectURL = (address) => {
        made.delete(address);
        revoke(address);
      };
      const client = await import('./js/client.js');
      const engine = new client.Engine();
      const settings = { model: 'nearest', scale: 2 };
      const picture = new Blob([new Uint8Array(${JSON.stringify([...drawPng(9, 7)])})]);
      ${body}
    })()`);
    await page.close();
    return answer;
  }

  test('where a decoder fails, its call ends with a sentence, and another worker does the rest', async () => {
    const told = await inPage(`
      const workers = [];
      window.Worker = class extends Worker {
        constructor(...options) {
          super(...options);
          workers.push(this);
        }
      };
      const watched = new client.Engine();
      const calls = [1, 2].map(() => watched.upscale(picture, settings, {}).then(
        ({ width }) => 'made ' + width,
        ({ code, message }) => code + ': ' + message,
      ));
      await Promise.resolve();
      const data = { kind: 'failed', id: 1, code: 'decoder-failed', message: 'Its decoder failed.' };
      workers[0].dispatchEvent(new MessageEvent('message', { data }));
      return [...(await Promise.all(calls)), workers.length];
    `);
    assert.deepEqual(told, ['decoder-failed: Its decoder failed.', 'made 36', 2]);
  });

  test('a signal that is aborted already is heeded', async () => {
    const told = await inPage(`
      const reason = new Error('changed my mind');
      return engine.upscale(picture, settings, {}, { signal: AbortSignal.abort(reason) }).then(
        ({ width }) => 'made ' + width,
        (error) => error === reason,
      );
    `);
    assert.equal(told, true);
  });

  test('each call can be stopped, and rejects with the reason of the signal, which gets a code', async () => {
    const told = await inPage(`
      const size = { width: 9, height: 7 };
      const file = { id: 'own', name: 'own', file: new Blob(['no weights']) };
      const calls = [
        (options) => engine.prepare(settings, options),
        (options) => engine.inspect(file, options),
        (options) => engine.estimate(settings, size, options),
        (options) => engine.plan(picture, settings, {}, options),
        (options) => engine.upscale(picture, settings, {}, options),
      ];
      return Promise.all(calls.map(async (call) => {
        const stop = new AbortController();
        const called = call({ signal: stop.signal }).catch((error) => error);
        stop.abort();
        const error = await called;
        return [error === stop.signal.reason, error.name, error.code];
      }));
    `);
    assert.deepEqual(told, Array(5).fill([true, 'AbortError', 'cancelled']));
  });

  test('a reason of the caller stays as it is', async () => {
    const told = await inPage(`
      const reasons = ['a word', Object.assign(new Error('with a code'), { code: 'mine' }), Object.freeze(new Error('frozen'))];
      return Promise.all(reasons.map(async (reason) => {
        const before = reason.code;
        const signal = AbortSignal.abort(reason);
        const error = await engine.plan(picture, settings, {}, { signal }).catch((error) => error);
        return error === reason && error.code === before;
      }));
    `);
    assert.deepEqual(told, [true, true, true]);
  });

  test('a signal that outlives its calls has no listeners of theirs', async () => {
    const left = await inPage(`
      const { signal } = new AbortController();
      let left = 0;
      const { addEventListener, removeEventListener } = signal;
      signal.addEventListener = (...all) => {
        left += 1;
        addEventListener.apply(signal, all);
      };
      signal.removeEventListener = (...all) => {
        left -= 1;
        removeEventListener.apply(signal, all);
      };
      await engine.upscale(picture, settings, {}, { signal });
      await engine.upscale(new Blob(['no picture']), settings, {}, { signal }).catch(() => {});
      return left;
    `);
    assert.equal(left, 0);
  });

  test('a worker that ends leaves no address behind', async () => {
    const [before, after] = await inPage(`
      await engine.upscale(picture, settings, {});
      const before = made.size;
      new BroadcastChannel('probe').postMessage({ to: 'lenslet-engine', order: 'throw' });
      await engine.upscale(picture, { ...settings, scale: 16 }, {}).catch(() => {});
      while ((await navigator.locks.query()).held.some(({ name }) => name.startsWith('lenslet-engine'))) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return [before, made.size];
    `);
    assert.deepEqual([before, after], [1, 0]);
  });
});
