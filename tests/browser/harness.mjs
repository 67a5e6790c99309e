/** Starts the server and the browsers the tests drive, and says what the page says. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';
import { installProbe } from './probe.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';

/** Software WebGPU is slow, and the machines that run this are busy: waiting is bounded, speed is not judged. */
export const PATIENCE_MS = 120_000;

const CHROMIUM_QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @type {Record<string, {browser: 'chrome' | 'firefox', run: 'gpu' | 'cpu', precision: 'f32' | 'f16', args?: string[]}>} */
export const SETUPS = {
  'Chromium, WebGPU': {
    browser: 'chrome',
    run: 'gpu',
    precision: 'f32',
    args: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  },
  'Chromium, no WebGPU': { browser: 'chrome', run: 'cpu', precision: 'f32', args: [] },
  'Firefox, WebGPU': { browser: 'firefox', run: 'gpu', precision: 'f16' },
};

/**
 * Runs `lenslet`'s own static server; `log` grows by one line for each request.
 * @param {number} [port] any that is free where it is not said
 */
export async function startServer(port = 0) {
  const command = process.env.LENSLET_XTASK;
  if (!command) throw new Error('LENSLET_XTASK must name the xtask executable; `cargo xtask test` sets it.');
  const child = spawn(command, ['serve', '--no-build', '--port', String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  /** @type {string[]} */
  const log = [];
  /** @type {string} */
  const url = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with status ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const address = /^Serving (http:\S+)/.exec(line)?.[1];
      if (address) resolve(address);
      else log.push(line);
    });
  });
  const closed = new Promise((resolve) => child.once('exit', resolve));
  return { url, log, closed, close: () => child.kill() };
}

/** @param {keyof typeof SETUPS} name */
export async function startBrowser(name) {
  const { browser, args } = SETUPS[name];
  const downloads = await mkdtemp(path.join(tmpdir(), 'lenslet-downloads-'));
  const running = await puppeteer.launch({
    browser,
    executablePath: browser === 'chrome' ? CHROMIUM : FIREFOX,
    headless: true,
    protocolTimeout: PATIENCE_MS,
    args: browser === 'chrome' ? [...CHROMIUM_QUIET, ...(args ?? [])] : [],
    extraPrefsFirefox: {
      'security.fileuri.strict_origin_policy': true, // as people have it; puppeteer takes it away
      'dom.webgpu.enabled': true,
      'gfx.webgpu.ignore-blocklist': true,
      'dom.webgpu.workers.enabled': true,
      'browser.download.folderList': 2,
      'browser.download.dir': downloads,
      'browser.download.useDownloadDir': true,
      'browser.download.always_ask_before_handling_new_types': false,
      'browser.download.manager.showWhenStarting': false,
      'browser.download.viewableInternally.enabledTypes': '', // else a saved picture opens in a tab of its own
      'browser.helperApps.neverAsk.saveToDisk': 'image/png,image/jpeg,image/webp,application/zip',
    },
  });
  if (browser === 'chrome') {
    const session = await running.target().createCDPSession();
    await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads });
  }
  return {
    running,
    downloads,
    async close() {
      await running.close();
      await rm(downloads, { recursive: true, force: true });
    },
  };
}

/**
 * Lets the page begin what it expects to take long, as it does on a busy machine with a simulated GPU, without a test
 * having to think of it.
 */
function agreeToWait() {
  const agree = () => {
    const isAsking = /^Not begun/.test(document.querySelector('#expected').textContent) && !document.querySelector('#note').textContent;
    if (document.body.dataset.state === 'waiting' && isAsking) /** @type {HTMLButtonElement} */ (document.querySelector('#again')).click();
  };
  addEventListener('DOMContentLoaded', () => {
    const watch = new MutationObserver(agree);
    watch.observe(document.body, { attributes: true });
    watch.observe(document.querySelector('#expected'), { childList: true });
  });
}

/** The page goes without a service worker, as in a private window. */
function keepNothing() {
  const workers = navigator.serviceWorker;
  if (workers) workers.register = () => Promise.reject(new Error('The test goes without.'));
}

/**
 * Opens the page and waits until the engine is ready. Unless the address says otherwise one model takes every picture,
 * whatever is in it. Unless it is to be kept on the device, so that it works without a network, all that it asks for reaches
 * the server, and nothing is asked for in the background.
 * @param {import('puppeteer-core').Browser} running
 * @param {string} address
 * @param {{patient?: boolean, isKept?: boolean, inPage?: () => void, inWorker?: () => void}} [options] what the page and the engine's
 *   worker are to do first
 */
export async function openPage(running, address, { patient = true, isKept = false, inPage = () => {}, inWorker = () => {} } = {}) {
  const page = await running.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('dialog', (dialog) => dialog.accept()); // the question before leaving
  await page.evaluateOnNewDocument(inPage);
  if (!isKept) await page.evaluateOnNewDocument(keepNothing);
  await installProbe(page, inWorker);
  if (patient) await page.evaluateOnNewDocument(agreeToWait);
  // Not `load`: a busy machine may hold back pictures for long, and what counts is whether the engine is ready.
  const place = new URL(address);
  if (!place.searchParams.has('model')) place.searchParams.set('model', 'fast-x4');
  await page.goto(place.href, { waitUntil: 'domcontentloaded' });
  await waitForEngine(page);
  return page;
}

/** @param {import('puppeteer-core').Page} page */
export async function waitForEngine(page) {
  await page.waitForSelector('body[data-engine=ready]');
}

/**
 * The address of one of the modules that a page has loaded; the file's name tells its content besides.
 * @param {import('puppeteer-core').Page} page
 * @param {string} name such as `look/surface`
 * @returns {Promise<string>}
 */
export async function moduleAddress(page, name) {
  const addresses = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  const found = addresses.find((address) => new RegExp(`/${name}-[0-9a-f]{10}\\.js$`).test(address));
  assert.ok(found, `${name} is among what the page has loaded`);
  return found;
}

/**
 * Waits until the page, where it chooses models or uses the photo model, has loaded what its first picture may do without: the
 * end of the slider for strength comes last.
 * @param {{log: string[]}} server
 * @param {number} from where in the log the page begins
 */
export const waitForRest = (server, from) =>
  until(() => server.log.slice(from).some((line) => line.includes('/photo-x4-strength')), 'the last file is asked for');

/**
 * Gives files to the page through its file field, as a file chooser does.
 * @param {import('puppeteer-core').Page} page
 * @param {string} file
 */
export async function choose(page, file) {
  const field = /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (await page.$('#file'));
  await field.uploadFile(file);
}

/**
 * Gives files to the page by an event, as the browser makes one for a paste or a drop.
 * @param {import('puppeteer-core').Page} page
 * @param {'paste' | 'drop'} kind
 * @param {{name: string, content: Uint8Array | string}[]} files
 * @returns {Promise<boolean>} whether the page keeps the browser from opening the files itself
 */
export function give(page, kind, files) {
  return page.evaluate(
    (kind, files) => {
      const transfer = new DataTransfer();
      for (const { name, content } of files) transfer.items.add(new File([new Uint8Array(content)], name));
      const event = new Event(kind, { bubbles: true, cancelable: true });
      Object.defineProperty(event, kind === 'paste' ? 'clipboardData' : 'dataTransfer', { value: transfer });
      document.body.dispatchEvent(event);
      return event.defaultPrevented;
    },
    kind,
    files.map(({ name, content }) => ({ name, content: [...Buffer.from(content)] })),
  );
}

/**
 * Picks a model file under "More", and waits until the model is chosen and ready.
 * @param {import('puppeteer-core').Page} page
 * @param {string} file
 * @param {string} name what it is to be called
 */
export async function addModel(page, file, name) {
  const field = /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (await page.$('#model-file'));
  await field.uploadFile(file);
  await waitForText(page, '#card .name', name);
  await waitForEngine(page);
}

/** @param {import('puppeteer-core').Page} page */
export const openMore = (page) =>
  page.$eval('#more', (more) => {
    const choices = /** @type {HTMLButtonElement} */ (document.querySelector('#show-choices'));
    if (choices.checkVisibility() && choices.ariaExpanded !== 'true') choices.click();
    /** @type {HTMLDetailsElement} */ (more).open = true;
  });

/**
 * Chooses a size by its plain answer, or by a number under "Exact".
 * @param {import('puppeteer-core').Page} page
 * @param {{times?: number, width?: number, height?: number, fit?: [number, number]}} size
 */
export async function chooseSize(page, size) {
  const [way] = Object.keys(size);
  const answer = await page.$(`input[name=size][value="${size.times}"]`);
  if (answer) return answer.evaluate((input) => /** @type {HTMLInputElement} */ (input).click());
  await page.$eval('input[name=size][value=exact]', (input) => /** @type {HTMLInputElement} */ (input).click());
  await page.select('#by', way);
  const [width, height] = size.fit ?? [size.width, size.height];
  for (const [field, value] of Object.entries({ '#times': size.times, '#exact-width': width, '#exact-height': height })) {
    if (value !== undefined) await type(page, field, value);
  }
}

/**
 * Puts a number into a field, as a person does.
 * @param {import('puppeteer-core').Page} page
 * @param {string} selector
 * @param {number | string} value
 */
export function type(page, selector, value) {
  return page.$eval(
    selector,
    (element, value) => {
      const field = /** @type {HTMLInputElement} */ (element);
      field.value = String(value);
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.dispatchEvent(new Event('change', { bubbles: true }));
    },
    value,
  );
}

/**
 * Presses the button that enlarges the open picture with the chosen model, and waits for that result.
 * @param {import('puppeteer-core').Page} page
 * @param {string} label of the result
 */
export async function enlargeAgain(page, label) {
  await waitForEngine(page);
  await page.locator('#again').click();
  await page.waitForFunction(
    (label) => document.body.dataset.state === 'done' && document.querySelector('#run').textContent.endsWith(` · ${label}`),
    {},
    label,
  );
}

/**
 * @param {import('puppeteer-core').Page} page
 * @param {string} selector
 * @param {string} text that is to stand there, or begin what stands there
 */
export async function waitForText(page, selector, text) {
  await page.waitForFunction(
    (selector, text) => document.querySelector(selector)?.textContent.startsWith(text),
    {},
    selector,
    text,
  );
}

/**
 * The texts of a select's options, the chosen one first.
 * @param {import('puppeteer-core').Page} page
 * @param {string} selector
 */
export async function options(page, selector) {
  return page.$eval(selector, (element) => {
    const select = /** @type {HTMLSelectElement} */ (element);
    const chosen = select.selectedOptions[0];
    return [chosen, ...[...select.options].filter((option) => option !== chosen)].map((option) => option?.text);
  });
}

/**
 * The title of the chosen model, and those of the person's own.
 * @param {import('puppeteer-core').Page} page
 */
export async function listed(page) {
  const own = await page.$$eval('#model optgroup[label=Yours] option', (all) => all.map((option) => option.textContent));
  return { chosen: (await options(page, '#model'))[0], own };
}

/** What the page chooses where nothing else is chosen. */
export const AUTOMATIC = 'Automatic';

/**
 * Waits for the state the page says it is in.
 * @param {import('puppeteer-core').Page} page
 * @param {'empty' | 'working' | 'done'} state
 */
export async function waitForState(page, state) {
  await page.waitForSelector(`body[data-state=${state}]`);
}

/**
 * The text that a person can see at a selector, or '' where it is hidden.
 * @param {import('puppeteer-core').Page} page
 * @param {string} selector
 */
export function visibleText(page, selector) {
  return page.$eval(selector, (element) => (element.checkVisibility() ? element.textContent.trim() : ''));
}

/**
 * The text at a selector, whether it is seen or not.
 * @param {import('puppeteer-core').Page} page
 * @param {string} selector
 */
export const textOf = (page, selector) => page.$eval(selector, (element) => element.textContent.trim());

/**
 * Waits until it is so, and fails where it never is.
 * @param {() => boolean | Promise<boolean>} isSo
 * @param {string} what is waited for
 */
export async function until(isSo, what) {
  const end = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Waits until a file has come into the browser's downloads folder whole, and takes it from there.
 * @param {string} downloads
 * @param {string} name
 */
export async function downloaded(downloads, name) {
  const file = path.join(downloads, name);
  await until(async () => {
    const names = await readdir(downloads);
    const isPartial = names.some((other) => /\.(crdownload|part)$/.test(other));
    return names.includes(name) && !isPartial && (await stat(file)).size > 0;
  }, `${name} is in the downloads folder`);
  const bytes = await readFile(file);
  await rm(file);
  return bytes;
}

/**
 * Presses Save and returns what the browser put into its downloads folder.
 * @param {import('puppeteer-core').Page} page
 * @param {string} downloads
 */
export async function save(page, downloads) {
  await page.waitForSelector('#save[href]');
  const name = await page.$eval('#save', (link) => /** @type {HTMLAnchorElement} */ (link).download);
  await page.click('#save');
  return { name, bytes: await downloaded(downloads, name) };
}
