/**
 * Starts a module in a worker that has the page's Content-Security-Policy. A worker from a network address does not
 * inherit it; one from a blob: address does. So the worker is a blob of a few lines that import the real one: by a call,
 * because Firefox (153) takes what a blob imports by a statement past the page's service worker. Messages wait for it.
 * @param {URL} script
 * @param {string} name
 */
export function startWorker(script, name) {
  const lines = `
    const early = [];
    const keep = (event) => early.push(event);
    addEventListener('message', keep);
    import(${JSON.stringify(script.href)}).then(() => {
      removeEventListener('message', keep);
      for (const { data, ports } of early) dispatchEvent(new MessageEvent('message', { data, ports: [...ports] }));
    }, reportError);`;
  const address = URL.createObjectURL(new Blob([lines], { type: 'text/javascript' }));
  const worker = new Worker(address, { type: 'module', name });
  return {
    worker,
    end() {
      worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
