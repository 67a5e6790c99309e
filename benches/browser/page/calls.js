/** Calls from the page into its workers, one at a time. */

/**
 * The worker's side.
 * @param {Record<string, (argument: any) => Promise<object>>} functions
 */
export function answerCalls(functions) {
  self.addEventListener('message', async ({ data: { name, argument } }) => {
    try {
      self.postMessage({ result: await functions[name](argument) });
    } catch (error) {
      self.postMessage({ problem: error instanceof Error ? error.message : String(error) });
    }
  });
}

/**
 * The page's side. Rejects with what the worker says, also when it cannot even start.
 * @param {Worker} worker
 * @param {string} name
 * @param {object} [argument]
 * @returns {Promise<any>}
 */
export function call(worker, name, argument) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: { result, problem } }) => (result ? resolve(result) : reject(new Error(problem)));
    worker.onerror = ({ message }) => reject(new Error(message || 'its worker did not start'));
    worker.postMessage({ name, argument });
  });
}

/** @param {string} address */
export async function fetchBytes(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} could not be fetched: HTTP status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
