/**
 * A way into the engine worker that every browser has: Firefox does not let WebDriver run code in workers. The
 * page starts the worker from a blob of a few lines; here more are added to it, which listen on a
 * channel of their own. The worker's address, and with it the policy it inherits, stay as they are.
 */

/** Runs in the worker. */
function workerSide() {
  /** @type {string[]} */
  const kinds = [];
  const say = self.postMessage.bind(self);
  Object.assign(self, {
    postMessage(/** @type {{kind: string}} */ message, /** @type {any} */ options) {
      kinds.push(message.kind);
      say(message, options);
    },
  });
  self.addEventListener('message', (event) => kinds.push(event.data.kind));

  const channel = new BroadcastChannel('probe');
  channel.addEventListener('message', async ({ data }) => {
    if (data.to && !self.name.startsWith(data.to)) return;
    if (data.order === 'close') self.close();
    if (data.order === 'throw') {
      setTimeout(() => {
        throw new Error('killed by the test');
      });
    }
    if (data.order === 'reject') throw new Error('killed by the test');
    if (data.order === 'kinds') channel.postMessage({ answer: kinds });
    if (data.order === 'reach') {
      const answer = await fetch(data.url).then(
        () => 'reached',
        () => 'blocked',
      );
      channel.postMessage({ answer });
    }
  });
}

/**
 * Has to come before the page is opened.
 * @param {import('puppeteer-core').Page} page
 * @param {() => void} first what the worker is to do before any other message comes
 */
export async function installProbe(page, first) {
  await page.evaluateOnNewDocument((lines) => {
    const PlainBlob = Blob;
    window.Blob = class extends PlainBlob {
      /**
       * @param {BlobPart[]} [parts]
       * @param {BlobPropertyBag} [options]
       */
      constructor(parts = [], options) {
        super(options?.type === 'text/javascript' ? [...parts, lines] : parts, options);
      }
    };
  }, `\n(${workerSide})();\n(${first})();`);
}

/**
 * @param {import('puppeteer-core').Page} page
 * @param {'close' | 'throw' | 'reject'} order
 */
export function kill(page, order) {
  return page.evaluate((order) => new BroadcastChannel('probe').postMessage({ to: 'lenslet-engine', order }), order);
}

/**
 * @param {import('puppeteer-core').Page} page
 * @param {{to: string, order: 'kinds'} | {to: string, order: 'reach', url: string}} question
 * @returns {Promise<any>}
 */
function ask(page, question) {
  return page.evaluate((question) => {
    const channel = new BroadcastChannel('probe');
    channel.postMessage(question);
    return new Promise((resolve) => {
      channel.onmessage = ({ data }) => {
        channel.close();
        resolve(data.answer);
      };
    });
  }, question);
}

/**
 * The kinds of all messages into and out of the worker so far, in the worker's own order.
 * @param {import('puppeteer-core').Page} page
 * @returns {Promise<string[]>}
 */
export const messageKinds = (page) => ask(page, { to: 'lenslet-engine', order: 'kinds' });

/**
 * Whether a worker can fetch from an address.
 * @param {import('puppeteer-core').Page} page
 * @param {string} url
 * @param {'lenslet-engine' | 'lenslet-stage'} to the engine's own, or one of those that share its work on the CPU
 * @returns {Promise<'reached' | 'blocked'>}
 */
export const workerReaches = (page, url, to = 'lenslet-engine') => ask(page, { to, order: 'reach', url });
