/**
 * What this build of the site consists of. `cargo xtask dist` writes it here; the names of all files but pages tell their content.
 *
 * @typedef {{version: string, pages: string[], files: string[], models: {file: string, isDefault: boolean}[]}} Site addresses
 *   are relative to the site's folder; pages have the version in them; of the models the default ones are those that the
 *   automatic choice may take
 */

/** @type {Site} */
const SITE = { version: '', pages: [], files: [], models: [] };
