/** A host as there are many: hands out a folder under a path of its own, with the usual types and nothing else. */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';

const DIST = path.resolve(import.meta.dirname, '../../dist');

/** Where the site lies on the host. */
const SUB_PATH = '/some/where/';

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
};

/**
 * @param {{headers?: Record<string, string>}} [options] headers that every answer has
 */
export async function startHost({ headers = {} } = {}) {
  let folder = DIST;
  /** @type {string[]} what was asked for, by its path on the site, or in full where it is not of the site */
  const log = [];
  const answer = async (/** @type {string} */ address) => {
    const file = path.join(folder, path.normalize(`/${address}`), address.endsWith('/') || address === '' ? 'index.html' : '');
    return { content: await readFile(file), type: TYPES[path.extname(file)] ?? 'application/octet-stream' };
  };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const isOfSite = pathname.startsWith(SUB_PATH);
    const address = isOfSite ? pathname.slice(SUB_PATH.length) : pathname;
    log.push(address);
    try {
      if (!isOfSite || request.method !== 'GET') throw new Error('There is nothing here.');
      const { content, type } = await answer(decodeURIComponent(address));
      response.writeHead(200, { 'content-type': type, 'content-length': content.length, ...headers }).end(content);
    } catch {
      response.writeHead(404).end('There is nothing here.');
    }
  });
  const listen = (/** @type {number} */ port) => new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(undefined)));
  await listen(0);
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://localhost:${port}${SUB_PATH}`,
    log,
    /** @param {string} [other] folder to hand out from now on */
    serve(other = DIST) {
      folder = other;
    },
    /** Nobody can reach it until it goes on. */
    stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    },
    goOn: () => listen(port),
  };
}

/**
 * Another build of the site in a folder of its own: its scripts and one of its models have other names, as if they had changed.
 * @param {string} model
 */
export async function anotherBuild(model) {
  const folder = await mkdtemp(path.join(tmpdir(), 'lenslet-build-'));
  const files = (await readdir(DIST, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(DIST, path.join(entry.parentPath, entry.name)));
  const changed = new RegExp(`-([0-9a-f]{10})\\.js$|/([0-9a-f]{10})/index\\.json$|/${model}-([0-9a-f]{10})\\.`);
  const version = /name="version" content="(\w+)"/.exec(await readFile(path.join(DIST, 'index.html'), 'utf8'));
  const hashes = [version, ...files.map((file) => changed.exec(file))].flatMap((found) => found?.slice(1) ?? []).filter(Boolean);
  const next = new RegExp(hashes.join('|'), 'g');
  const renamed = (/** @type {string} */ text) => text.replace(next, (hash) => [...hash].reverse().join(''));
  for (const file of files) {
    const content = await readFile(path.join(DIST, file));
    const target = path.join(folder, renamed(file));
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, /\.(js|json|html)$/.test(file) ? renamed(content.toString()) : content);
  }
  return { folder, version: renamed(version?.[1] ?? ''), remove: () => rm(folder, { recursive: true, force: true }) };
}
