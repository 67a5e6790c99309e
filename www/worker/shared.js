/** Pictures that another program shares with the installed page. They wait in a cache until the page takes them from there. */

const SHARED = `lenslet ${FOLDER} shared`;

/** As the manifest has them. */
const SHARE_ADDRESS = addressOf('share');
const SHARE_FIELD = 'pictures';

/** @param {Request} request with a form */
async function takeShared(request) {
  try {
    const form = await request.formData();
    const cache = await caches.open(SHARED);
    const files = form.getAll(SHARE_FIELD).filter((file) => file instanceof File);
    const now = Date.now();
    for (const [index, file] of files.entries()) {
      const address = new URL(`shared/${now}-${index}?${new URLSearchParams({ name: file.name })}`, FOLDER);
      await cache.put(address, new Response(file));
    }
    return Response.redirect(FOLDER, 303);
  } catch {
    return Response.redirect(addressOf('?not-shared'), 303);
  }
}
