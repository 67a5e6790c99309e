/**
 * What client.js and worker.js say to each other, in the library's own terms where it has them.
 *
 * @typedef {import('../lenslet.js').ModelFile & {id: string}} ModelFile the id tells files of one name apart
 * @typedef {string | ModelFile} ModelSource a model of the site by its name, or a file
 * @typedef {Omit<import('../lenslet.js').CreateOptions, 'model' | 'mix'>
 *   & {model?: ModelSource, mix?: {model: ModelSource, share: number}}} Settings the model may be AUTOMATIC
 * @typedef {NonNullable<import('../lenslet.js').Plan['format']>} Format
 * @typedef {import('../lenslet.js').SizeOptions & {format?: Format}
 *   & Pick<import('../lenslet.js').UpscaleOptions, 'quality' | 'stripMetadata' | 'tta'>} OutputOptions how large a result shall
 *   be, whether it is the mean of eight, and how it is saved; what is not said is left to the model and the picture
 * @typedef {import('../lenslet.js').ModelInfo} ModelInfo
 * @typedef {{model: ModelInfo, backend: string, adapter: string, precision: string, warnings: string[]}} Info
 * @typedef {{models: {name: string, title: string, summary: string, purpose?: string, scale: number, file: string, bytes: number,
 *   sliders?: {name: 'strength' | 'denoise', title: string, summary: string, default: number, file: string, bytes: number}[]}[]}} Index
 *   of the site's models; where a file lies is relative to the index
 * @typedef {import('../lenslet.js').Start} Start
 * @typedef {import('../lenslet.js').Tile} Tile
 * @typedef {import('../lenslet.js').Plan & {format: Format, problem?: string, limit?: import('./io/room.js').Limit}} Plan
 *   the problem is why it cannot be made, in a sentence, and the rest tells of the picture as it is then; the limit is
 *   why it cannot be saved
 * @typedef {{bitmap: ImageBitmap, model: string, suggested: string, milliseconds: number}} Trial the enlarged part and what made
 *   it; the suggested model is the one that suits what the picture shows
 * @typedef {Omit<import('../lenslet.js').UpscaleResult, 'blob'>
 *   & {blob: Blob, format: Format, stored?: string, seen?: Seen}} Result seen where it mattered; stored is the name of the file that the blob is, where it is one
 * @typedef {import('../lenslet.js').Seen & {chooses: boolean, cleans: boolean}} Seen whether it chose the model, and how much
 *   that cleaned
 * @typedef {import('../lenslet.js').Part} Part
 * @typedef {import('../lenslet.js').LayerInfo} LayerInfo
 * @typedef {{layers: LayerInfo[], layer: number, part: Part, width: number, height: number, channels: number,
 *   ranges: Float32Array, pixels: Uint8ClampedArray<ArrayBuffer>}} Inside what a layer answers, the number of which counts from
 *   0: RGBA of one channel after another, black at the least value of its range and white at the largest; no layers where
 *   there is no network
 * @typedef {import('../lenslet.js').DoubtMap} DoubtMap
 * @typedef {{kind: 'prepare', settings: Settings} | {kind: 'inspect', model: ModelFile} | {kind: 'index'}
 *   | {kind: 'estimate', settings: Settings, width: number, height: number, scale?: number, tta?: boolean}
 *   | {kind: 'try', settings: Settings, file: Blob, fileId: number, part: Part, scale: number}
 *   | {kind: 'plan', settings: Settings, file: Blob, output: OutputOptions, folder?: string}
 *   | {kind: 'upscale', settings: Settings, file: Blob, output: OutputOptions, folder?: string, name?: string,
 *     patience: number}
 *   | {kind: 'inside', settings: Settings, file: Blob, fileId: number, layer: number, part: Part}
 *   | {kind: 'doubt', settings: Settings, file: Blob, fileId: number, part: Part}} Question files of one id are the same
 * @typedef {Question & {id: number}} Request
 * @typedef {Request | {kind: 'cancel', id: number} | {kind: 'stage-failed', name: string, reason: string}} ToWorker
 * @typedef {{kind: 'start', id: number, start: Start, isStored: boolean} | {kind: 'tile', id: number, tile: Tile}
 *   | {kind: 'not-started', id: number, plan: Plan} | {kind: 'done', id: number, result: Result}
 *   | {kind: 'answer', id: number, answer: Info | ModelInfo | Index | Plan | Trial | Inside | DoubtMap | number}
 *   | {kind: 'failed', id: number, code: string, message: string}} Reply
 * @typedef {{loaded: number, total: number}} Download in bytes; the total is 0 while it is unknown
 * @typedef {{kind: 'alive'} | {kind: 'download', download: Download} | {kind: 'start-stage', name: string, port: MessagePort} | {kind: 'end-stage', name: string}
 *   | Reply} FromWorker
 */

/** In place of a model's name: each picture gets the one that suits what is in it. */
export const AUTOMATIC = 'auto';

/** The names of the classical filters. */
const FILTERS = ['nearest', 'bilinear', 'bicubic', 'lanczos'];

/**
 * Whether a classical filter is meant, which has no weights and needs no device.
 * @param {Settings} settings
 */
export const isFilter = ({ model }) => typeof model === 'string' && FILTERS.includes(model);
