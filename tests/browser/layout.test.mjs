/** Which scripts may know which: the library's know no page, and the page's know of the library what client.js hands out. */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * What each script of a folder names in imports, types included, as it lies in dist/.
 * @param {string} folder
 * @param {string} inDist where the folder's files lie there
 */
async function imports(folder, inDist) {
  const files = (await readdir(path.join(root, folder), { recursive: true })).filter((file) => file.endsWith('.js'));
  assert.ok(files.length > 5);
  const found = [];
  for (const file of files) {
    const text = await readFile(path.join(root, folder, file), 'utf8');
    const names = [...text.matchAll(/(?:\bfrom |\bimport\(|\bimport )'([^']+)'/g)].map(([, name]) => name);
    const at = path.posix.join(inDist, file);
    found.push(...names.map((name) => ({ file: at, name: path.posix.join(path.posix.dirname(at), name) })));
  }
  assert.ok(found.length > 5);
  return found;
}

test('the library imports nothing of the page', async () => {
  for (const { file, name } of await imports('js', 'js')) {
    assert.ok(['lenslet.js', 'lenslet-weights.js'].includes(name) || name.startsWith('js/'), `${file} imports ${name}`);
  }
});

test('the page imports nothing of the library but its client', async () => {
  for (const { file, name } of await imports('www', '')) {
    assert.ok(name !== 'lenslet.js' && (!name.startsWith('js/') || name === 'js/client.js'), `${file} imports ${name}`);
  }
});
