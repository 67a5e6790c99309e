/**
 * The service worker: keeps the site on this device, answers from there, takes what is shared with the installed page, and tidies
 * up after pages. A new version of it waits until no page of the old one is left or the person asks for it.
 *
 * @typedef {{kind: 'started', models: string[]} | {kind: 'take-over'} | {kind: 'left', left: Left}} FromPage started is told once the
 *   first things are done, with the files of the models in use, and answered by whether all is kept
 */

importScripts('worker/site.js', 'worker/copies.js', 'worker/shared.js', 'worker/tidy.js');

worker.addEventListener('install', (event) => {
  event.waitUntil(keepSite());
  event.waitUntil(keepModels().catch(() => {})); // The next start tries again.
});

worker.addEventListener('activate', (event) => {
  // A page of the first visit gets what it loads from now on kept, too.
  event.waitUntil(worker.clients.claim().then(forgetUnused));
});

worker.addEventListener('message', (event) => {
  /** @type {FromPage} */
  const message = event.data;
  if (message.kind === 'take-over') worker.skipWaiting();
  if (message.kind === 'left') event.waitUntil(tidy(message.left).catch(() => {})); // The next page tries again.
  if (message.kind === 'started') {
    const isKept = keepSite().then(() => keepModels(message.models)).then(() => true, () => false);
    event.waitUntil(isKept.then((answer) => event.ports[0].postMessage(answer)).then(forgetUnused));
  }
});

worker.addEventListener('fetch', (event) => {
  const { url, method, mode } = event.request;
  if (method === 'POST' && url === SHARE_ADDRESS) event.respondWith(takeShared(event.request));
  if (method !== 'GET' || !url.startsWith(FOLDER)) return;
  const { pathname } = new URL(url);
  if (mode === 'navigate') {
    const isPage = SITE.pages.some((page) => [page, `${page}index.html`].some((one) => new URL(one, FOLDER).pathname === pathname));
    if (isPage) event.respondWith(answerPage(event.request));
  } else if (NAMED_BY_CONTENT.test(pathname)) event.respondWith(answerFile(event));
});
