import { startServer, startBrowser } from './harness.mjs';
import { callLibrary } from './library-page.mjs';
import { goldenModel, modelFile } from './model-files.mjs';
import { drawPng } from './pictures.mjs';
process.env.LENSLET_XTASK = '/work/wt-pool/target/debug/xtask';
const server = await startServer(); 
const b = await startBrowser('Firefox, WebGPU');
const order = process.argv[2];
for (let i = 0; i < 60; i++) {
  const t0 = Date.now();
  const r = await Promise.race([callLibrary(b.running, server.url + '?run=cpu', { pictures: [drawPng(61, 83)], given: { model: modelFile({ features: 16, convs: 4 }) } }, `async (Upscaler, [picture], { model }) => {
    const log = []; const ch = new BroadcastChannel('trace'); ch.onmessage = ({data}) => log.push(data);
    const note = (m) => log.push(Math.round(performance.now()) + ' ' + m);
    const create = (threads) => Upscaler.create({ model: { name: 'own', file: model }, backend: 'cpu', threads });
    const upscaler = await create(4);
    note('created');
    let tiles = 0;
    const onTile = () => {
      if (++tiles === 1) { note('order'); '${order}' !== 'none' && new BroadcastChannel('probe').postMessage({ order: '${order}' }); }
    };
    const r = await Promise.race([upscaler.upscale(picture, { onTile }), new Promise(r => setTimeout(r, 8000))]);
    note('done ' + r?.adapter);
    return { ok: !!r, tiles, log: r ? log.length : log };
  }`), new Promise(r => setTimeout(r, 30000, 'hang'))]);
  console.log(i, Date.now() - t0, JSON.stringify(r));
  if (r === 'hang') break;
}
await b.close(); server.close();
