/**
 * An element that the page is known to have.
 * @template {HTMLElement} T
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => T} type
 */
export function find(parent, selector, type) {
  const found = parent.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The page has no ${selector}.`);
  return found;
}

/** @param {string} selector */
export const element = (selector) => find(document, selector, HTMLElement);

/** @param {string} selector */
export const button = (selector) => find(document, selector, HTMLButtonElement);
