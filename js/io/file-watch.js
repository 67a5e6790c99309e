/** Watches a file in the site's own storage on this device that somebody is writing. Runs in the page. */

const PAUSE_MS = 2000;

/** Storage that is there answers long before. */
const PATIENCE_MS = 5000;

/**
 * @param {string} folderName
 * @param {string} name
 */
async function isThere(folderName, name) {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(folderName);
  await folder.getFileHandle(name);
}

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Resolves to true once the file is gone, as when the person has cleared the site's data, and to false once nobody is
 * interested any more.
 * @param {string} folderName
 * @param {string} name
 * @param {() => boolean} isOfInterest
 */
export async function whenGone(folderName, name, isOfInterest) {
  for (;;) {
    await pause(PAUSE_MS);
    if (!isOfInterest()) return false;
    const late = pause(PATIENCE_MS).then(() => Promise.reject(new Error('no answer')));
    late.catch(() => {});
    const isGone = await Promise.race([isThere(folderName, name), late]).then(
      () => false,
      () => true,
    );
    if (isGone && isOfInterest()) return true;
  }
}
