/**
 * What the engine's worker fetches: counted as it comes, and but for the engine itself held, so that no file is asked for
 * twice and what has been loaded once can be used without a network.
 */

/** @type {Map<string, Promise<Response>>} by address */
const held = new Map();

/** @type {Map<string, {loaded: number, total: number}>} of what has come since nothing was under way */
const counts = new Map();

let underWay = 0;

/**
 * The same response, whose bytes are counted when they come.
 * @param {string} url
 * @param {Response} response
 * @param {(loaded: number, total: number) => void} tell
 */
function counted(url, response, tell) {
  const { body, headers, status } = response;
  if (!response.ok || !body) return response;
  if (underWay++ === 0) counts.clear();
  // Of what the server compresses the length is another.
  const count = { loaded: 0, total: headers.has('content-encoding') ? 0 : Number(headers.get('content-length')) };
  counts.set(url, count);
  const { readable, writable } = new TransformStream({
    /** @param {Uint8Array} bytes */
    transform(bytes, controller) {
      count.loaded += bytes.length;
      const all = [...counts.values()];
      const sum = (/** @type {'loaded' | 'total'} */ field) => all.reduce((before, one) => before + one[field], 0);
      tell(sum('loaded'), all.every(({ total }) => total > 0) ? sum('total') : 0);
      controller.enqueue(bytes);
    },
  });
  const over = () => {
    underWay -= 1;
  };
  body.pipeTo(writable).then(over, () => {
    held.delete(url);
    over();
  });
  return new Response(readable, { status, headers });
}

/**
 * Puts this in place of the worker's own fetch.
 * @param {(loaded: number, total: number) => void} tell bytes; the total is 0 while it is unknown
 */
export function holdDownloads(tell) {
  const plainFetch = self.fetch.bind(self);

  self.fetch = async (input, options) => {
    // However it is put: weights lie beside the folder of their index.
    const url = new URL(input instanceof Request ? input.url : input).href;
    const download = async () => counted(url, await plainFetch(input, options), tell);
    if (!url.includes('/models/')) return download();
    const response = held.get(url) ?? download();
    held.set(url, response);
    const isGood = await response.then(({ ok }) => ok, () => false);
    if (!isGood) held.delete(url);
    return (await response).clone();
  };
}
