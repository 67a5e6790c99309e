/**
 * Copies of the site's files on this device, so that it works without a network: one cache for each version that is in use,
 * and one for all models. No version takes anything of another, because the names of files tell their content.
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** The site's folder. Another site of the same origin has caches of its own. */
const FOLDER = worker.registration.scope;

const MODELS = `lenslet ${FOLDER} models`;

/** Before a version's name, of its cache as of the lock that its pages hold while they live. */
const VERSION = `lenslet ${FOLDER} version `;

/** How many files are asked for at once: what the person does with the page comes first. */
const AT_ONCE = 4;

/** A file whose name tells its content, or a folder in its place. */
const NAMED_BY_CONTENT = /-[0-9a-f]{10}\.\w+$|\/[0-9a-f]{10}\/index\.json$/;

const isModel = (/** @type {string} */ address) => address.endsWith('.safetensors');

/** @param {string} address of a file of any version */
const copyOf = (address) => caches.match(address, { ignoreVary: true });

/** @param {string} file relative to the site's folder */
const addressOf = (file) => new URL(file, FOLDER).href;

/** @param {string} address of a file whose name tells its content, as it was called before it got that name */
const plainName = (address) => address.replace(/-[0-9a-f]{10}(?=\.\w+$)/, '');

/**
 * @param {string} address
 * @param {RequestInit} [options]
 */
async function download(address, options) {
  const response = await fetch(address, { ...options, priority: 'low' });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  const { status, headers } = response;
  // What a host has sent from elsewhere cannot be shown as a page, and what it says of the page, as who may share memory with it, stays.
  return response.redirected ? new Response(response.body, { status, headers }) : response;
}

/** @param {Cache} cache */
async function keepPages(cache) {
  for (const page of SITE.pages.map(addressOf)) {
    if (await cache.match(page)) continue;
    const response = await download(page, { cache: 'no-cache' });
    const isOfThisVersion = (await response.clone().text()).includes(`content="${SITE.version}"`);
    if (!isOfThisVersion) throw new Error(`${page} is of another version`);
    await cache.put(page, response);
  }
}

/**
 * @param {Cache} cache
 * @param {string[]} addresses of files whose names tell their content
 */
async function keepFiles(cache, addresses) {
  const kept = new Set((await cache.keys()).map(({ url }) => url));
  const missing = addresses.filter((address) => !kept.has(address));
  const next = async () => {
    for (let address = missing.shift(); address; address = missing.shift()) {
      await cache.put(address, (await copyOf(address)) ?? (await download(address)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

/** All that the page needs. Rejects where not all of it can be kept. */
async function keepSite() {
  const cache = await caches.open(VERSION + SITE.version);
  await keepPages(cache);
  await keepFiles(cache, SITE.files.map(addressOf));
}

/**
 * The models of the automatic choice, and those that were used in an earlier version or before there was a service worker. Rejects
 * where not all can be kept.
 * @param {string[]} [names] of files of the latter
 */
async function keepModels(names = []) {
  const cache = await caches.open(MODELS);
  const used = new Set([...(await cache.keys()).map(({ url }) => url), ...names.map((name) => addressOf(`models/${name}`))].map(plainName));
  const wanted = SITE.models.filter(({ file, isDefault }) => isDefault || used.has(plainName(addressOf(file))));
  await keepFiles(cache, wanted.map(({ file }) => addressOf(file)));
}

/** Answers with a page of this version, whatever the address says besides. @param {Request} request */
async function answerPage(request) {
  const { href } = new URL('.', request.url);
  const cache = await caches.open(VERSION + SITE.version);
  return (await cache.match(href, { ignoreVary: true })) ?? fetch(request);
}

/** @param {FetchEvent} event for a file whose name tells its content */
async function answerFile(event) {
  const { request } = event;
  const copy = await copyOf(request.url);
  if (copy) return copy;
  const response = await fetch(request);
  if (response.ok && isModel(request.url)) {
    const cache = await caches.open(MODELS);
    event.waitUntil(cache.put(request.url, response.clone()).catch(() => {})); // There may be no room.
  }
  return response;
}

/** Removes what no page needs any more: earlier versions, and models that are only theirs. */
async function forgetUnused() {
  const names = await caches.keys();
  const { held = [] } = await navigator.locks.query();
  const { installing, waiting } = worker.registration;
  if (installing || waiting) return; // What they need is not used yet.
  const living = new Set(held.map(({ name }) => name));
  const others = names.filter((name) => name.startsWith(VERSION) && name !== VERSION + SITE.version);
  for (const name of others) if (!living.has(name)) await caches.delete(name);
  if (others.some((name) => living.has(name))) return;
  const models = await caches.open(MODELS);
  const files = new Set(SITE.models.map(({ file }) => addressOf(file)));
  for (const { url } of await models.keys()) if (!files.has(url)) await models.delete(url);
}
