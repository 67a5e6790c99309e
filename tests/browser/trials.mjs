/** What a person does with a part of the picture that is tried, and sees of it. */

/** @typedef {import('puppeteer-core').Page} Page */

/**
 * Opens the trial by a button or a key, and waits until every method has shown the part.
 * @param {Page} page
 * @param {() => Promise<void>} [action] what has the part tried
 */
export async function tried(page, action = () => page.keyboard.press('t')) {
  await action();
  await page.waitForSelector('#trial:not([hidden])');
  await page.waitForFunction(() => {
    const methods = [...document.querySelectorAll('.method')];
    return methods.length > 0 && methods.every((method) => method.getAttribute('aria-busy') === 'false');
  });
}

/**
 * Moves the frame, and waits until every method has shown the new part.
 * @param {Page} page
 * @param {() => Promise<void>} action
 */
export async function moved(page, action) {
  const before = await page.$$eval('.method canvas', (all) => all.map((canvas, index) => (canvas.id = `old-${index}`)));
  await action();
  await page.waitForFunction(
    (old) => old.every((id) => !document.getElementById(id)) && !document.querySelector('.method[aria-busy=true]'),
    {},
    before,
  );
}

/**
 * Where the frame lies, in pixels of the picture, as one sees it.
 * @param {Page} page
 * @param {{width: number}} picture
 */
export const partIn = (page, { width: whole }) =>
  page.evaluate((whole) => {
    const picture = document.querySelector('.after .surface').getBoundingClientRect();
    const canvas = document.querySelector('.after canvas').getBoundingClientRect();
    const { x, y, width, height } = document.querySelector('#frame').getBoundingClientRect();
    const zoom = canvas.width / whole;
    return [(x - picture.x) / zoom, (y - picture.y) / zoom, width / zoom, height / zoom].map(Math.round);
  }, whole);

/**
 * What a method shows: the pixels, and how many of the screen's each of them covers.
 * @param {Page} page
 * @param {string} title
 */
export const shownBy = (page, title) =>
  page.evaluate((title) => {
    const method = [...document.querySelectorAll('.method')].find((one) => one.querySelector('.name').textContent === title);
    const canvas = method.querySelector('canvas');
    const { width, height } = canvas;
    const pen = new OffscreenCanvas(width, height).getContext('2d');
    pen.drawImage(canvas, 0, 0);
    const data = [...pen.getImageData(0, 0, width, height).data];
    return { width, height, data, percent: (canvas.getBoundingClientRect().width * devicePixelRatio * 100) / width };
  }, title);

/**
 * The part of an enlarged picture.
 * @param {{width: number, data: Uint8Array}} whole
 * @param {number[]} part of the picture before
 * @param {number} scale
 */
export function partOf(whole, [x, y, width, height], scale) {
  const rows = Array.from({ length: height * scale }, (_, row) => {
    const start = ((y * scale + row) * whole.width + x * scale) * 4;
    return [...whole.data.subarray(start, start + width * scale * 4)];
  });
  return { data: Uint8Array.from(rows.flat()) };
}
