/** Pictures that come from outside the page: shared with the installed app, or opened with it. */

/** @typedef {{setConsumer: (take: (launch: {files: FileSystemFileHandle[]}) => void) => void}} LaunchQueue */

/** Where the service worker puts what was shared. */
const SHARED = `lenslet ${new URL('../', import.meta.url)} shared`;

/**
 * @param {(files: File[]) => void} onFiles at least one
 * @param {() => void} onProblem what was shared could not be taken
 */
export async function takeShared(onFiles, onProblem) {
  if (new URLSearchParams(location.search).has('not-shared')) onProblem();
  try {
    if (!(await caches.has(SHARED))) return;
    const cache = await caches.open(SHARED);
    const files = [];
    for (const { url } of await cache.keys()) {
      const blob = await (await cache.match(url))?.blob();
      // Of two pages that start at once one takes it.
      if (blob && (await cache.delete(url))) files.push(new File([blob], new URL(url).searchParams.get('name') ?? '', { type: blob.type }));
    }
    if (files.length > 0) onFiles(files);
  } catch {
    onProblem();
  }
}

/** @param {(files: File[]) => void} onFiles at least one */
export function takeLaunched(onFiles) {
  const queue = /** @type {{launchQueue?: LaunchQueue}} */ (window).launchQueue;
  queue?.setConsumer(async ({ files }) => {
    const opened = await Promise.all(files.map((file) => file.getFile()));
    if (opened.length > 0) onFiles(opened);
  });
}
