/** Names of files that lie beside each other. */

/**
 * Gives every file a name that no other one has, whether or not the system tells small letters from capitals:
 * a second `a.png` becomes `a (2).png`.
 * @param {(name: string) => boolean | Promise<boolean>} [isTaken] by what is there already
 */
export function differentNames(isTaken = () => false) {
  /** @type {Set<string>} */
  const given = new Set();
  /** @param {string} name */
  return async (name) => {
    const [, stem, ending] = /** @type {RegExpExecArray} */ (/^(.*?)(\.[^.]*)?$/s.exec(name));
    let free = name;
    for (let count = 2; given.has(free.toLowerCase()) || (await isTaken(free)); count++) free = `${stem} (${count})${ending ?? ''}`;
    given.add(free.toLowerCase());
    return free;
  };
}
