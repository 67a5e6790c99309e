import { startServer, startBrowser } from './harness.mjs';
import { callLibrary } from './library-page.mjs';
import { goldenModel, modelFile } from './model-files.mjs';
import { drawPng } from './pictures.mjs';
process.env.LENSLET_XTASK = '/work/wt-pool/target/debug/xtask';
const server = await startServer(); 
const b = await startBrowser(process.argv[2] ?? 'Chromium, no WebGPU');
for (const t of (process.argv[3] ?? '1,2,3').split(',')) {
  const r = await Promise.race([callLibrary(b.running, server.url + '?run=cpu', { pictures: [drawPng(61, 83)], given: { model: await goldenModel('rrdb_unshuffle_x2') } }, `async (Upscaler, [picture], { model }) => {
    const t0 = performance.now();
    const upscaler = await Upscaler.create({ model: { name: 'own', file: model }, backend: 'cpu', threads: ${t} });
    const t1 = performance.now();
    const starts = [];
    const r = await Promise.race([upscaler.upscale(picture, {onTile: t => starts.push(t.done + '/' + t.total + ':' + Math.round(performance.now() - t1))}), new Promise(r => setTimeout(r, 15000))]);
    return { ready: t1 - t0, r: r?.milliseconds, starts: starts.join(), flops: upscaler.info.flopsPerPixel, a: upscaler.adapter };
  }`), new Promise(r => setTimeout(r, 30000, 'hang'))]);
  console.log(t, r);
}
await b.close(); server.close();
