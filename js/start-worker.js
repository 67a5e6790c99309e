/**
 * Starts a module in a worker that has the page's Content-Security-Policy. A worker from a network address does not
 * inherit it; one from a blob: address does. So the worker is a blob of one line that imports the real one.
 * @param {URL} script
 * @param {string} name
 */
export function startWorker(script, name) {
  const line = `import ${JSON.stringify(script.href)};`;
  const address = URL.createObjectURL(new Blob([line], { type: 'text/javascript' }));
  const worker = new Worker(address, { type: 'module', name });
  return {
    worker,
    end() {
      worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
