/** Starts Chromium, and says what it and the machine are. */

import puppeteer from 'puppeteer-core';

/** A slow engine on a simulated GPU may need this long for a single answer. */
const PATIENCE_MS = 3_600_000;

const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // With these WebGPU takes a GPU without a screen, and Chromium's simulated one where there is none.
  '--enable-unsafe-webgpu',
  '--ignore-gpu-blocklist',
  '--enable-features=Vulkan',
];

/** @param {string[]} flags more of Chromium's flags */
export function startChromium(flags) {
  return puppeteer.launch({
    browser: 'chrome',
    executablePath: process.env.CHROMIUM,
    headless: true,
    protocolTimeout: PATIENCE_MS,
    args: [...FLAGS, ...flags],
  });
}

/**
 * The GPU that a page gets that asks for speed, as both engines do, in words.
 * @param {import('puppeteer-core').Page} page
 */
export function adapterOf(page) {
  return page.evaluate(async () => {
    const adapter = await /** @type {any} */ (navigator).gpu?.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return 'no WebGPU adapter';
    const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
    const name = [vendor, architecture, description].filter(Boolean).join(' ');
    return isFallbackAdapter ? `${name} (a simulated GPU)` : name;
  });
}
