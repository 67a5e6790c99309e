/** Serves what the bench runs in the browser, on localhost. */

import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { safetensors } from '../../tests/browser/model-files.mjs';
import { makeLayers, namedTensors, parseShape } from './networks.mjs';
import { onnxFile } from './onnx.mjs';
import { drawPicture, pngFile } from './picture.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Only with these does a browser let a page share memory between threads. */
const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** @typedef {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => void} Handler */

/** @type {[RegExp, (network: string, size: string) => Uint8Array][]} */
const MADE = [
  [/^\/made\/(\d+x\d+)()\.safetensors$/, (network) => safetensors(namedTensors(makeLayers(parseShape(network))))],
  [/^\/made\/(\d+x\d+)-(\d+)\.onnx$/, (network, size) => onnxFile(makeLayers(parseShape(network)), Number(size))],
  [/^\/made\/()(\d+)\.png$/, (_, size) => pngFile(Number(size))],
  [/^\/made\/()(\d+)\.rgba$/, (_, size) => drawPicture(Number(size))],
];

/** The bench's own page with both engines, isolated from other origins so that threads are possible. */
export function serveBench() {
  const folders = ['dist', 'benches/browser'].map((folder) => ({
    start: `/${folder}/`,
    files: sirv(path.join(ROOT, folder), { dev: true, setHeaders: isolate }),
  }));
  return listen((request, response) => {
    const address = request.url ?? '/';
    for (const [pattern, make] of MADE) {
      const match = pattern.exec(address);
      if (!match) continue;
      isolate(response);
      response.end(make(match[1], match[2]));
      return;
    }
    const folder = folders.find(({ start }) => address.startsWith(start));
    if (!folder) return notFound(response);
    request.url = address.slice(folder.start.length - 1);
    folder.files(request, response, () => notFound(response));
  });
}

/** The page in dist/, as any static host serves it. */
export function serveSite() {
  const files = sirv(path.join(ROOT, 'dist'), { etag: true });
  return listen((request, response) => files(request, response, () => notFound(response)));
}

/** @param {import('node:http').ServerResponse} response */
function isolate(response) {
  for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
}

/** @param {import('node:http').ServerResponse} response */
function notFound(response) {
  response.writeHead(404).end();
}

/** @param {Handler} handler */
async function listen(handler) {
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(0, 'localhost', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://localhost:${port}/`, close: () => server.close() };
}
