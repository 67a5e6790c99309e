/** What a file is, by how it begins: so that a person is told what to do with what is no picture. */

/**
 * @typedef {'picture' | 'model' | 'svg' | 'pdf' | 'archive' | 'unreadable' | 'unknown'} Kind
 */

const MODEL_ENDING = /\.(pth|pt|ckpt|safetensors|onnx|param)$/i;

/** No header of a safetensors file is longer than this, its definition says. */
const LONGEST_HEADER = 100_000_000n;

const HEAD_BYTES = 4096;

/** How the formats begin that the engine or a browser reads. */
const PICTURES = [
  /^\x89PNG/,
  /^\xff\xd8\xff/,
  /^RIFF[^]{4}WEBP/,
  /^GIF8/,
  /^BM/,
  /^(II\*\0|MM\0\*)/,
  /^qoif/,
  /^\0\0[\x01\x02]\0/,
  /^P[1-7][\s#]/,
  /^[^]{4}ftyp(avif|avis|heic|heix|hevc|mif1|msf1)/,
  /^(\xff\x0a|\0\0\0\x0cJXL )/,
];

/** How PyTorch's ZIP archives begin: with a file in a folder of the model's name. */
const TORCH = /^PK\x03\x04[^]{22}[^]{4}[^/]+\/(data\.pkl|\.format_version|version|byteorder)/;

/** Which files in a ZIP archive make it a model: those of ncnn or of ONNX. */
const PACKED_MODEL = /\.(param|onnx)$/i;

/**
 * The names of files that a ZIP archive begins with.
 * @param {string} head
 */
const namesInArchive = (head) => [...head.matchAll(/PK\x03\x04/g)].map(({ index }) => {
  const length = head.charCodeAt(index + 26) + 256 * head.charCodeAt(index + 27);
  return head.slice(index + 30, index + 30 + length);
});

/**
 * @param {File} file
 * @returns {Promise<Kind>}
 */
export async function kindOfFile(file) {
  if (MODEL_ENDING.test(file.name)) return 'model';
  let bytes;
  try {
    bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  } catch {
    return 'unreadable';
  }
  const head = String.fromCharCode(...bytes);
  if (PICTURES.some((begins) => begins.test(head))) return 'picture';
  if (TORCH.test(head) || namesInArchive(head).some((name) => PACKED_MODEL.test(name))) return 'model';
  if (bytes.length >= 9 && new DataView(bytes.buffer).getBigUint64(0, true) <= LONGEST_HEADER && bytes[8] === 0x7b) return 'model';
  if (/^(PK\x03\x04|7z\xbc\xaf|Rar!|\x1f\x8b)/.test(head)) return 'archive';
  if (/^\s*(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg/.test(head)) return 'svg';
  if (head.startsWith('%PDF')) return 'pdf';
  return 'unknown';
}

/** @type {Partial<Record<Kind, string>>} */
const ADVICE = {
  svg: 'is an SVG, which is drawn from lines and needs no enlarging: any browser shows it sharp at any size.',
  pdf: 'is a PDF. Save the picture in it as PNG or JPEG, or take a screenshot of it, and bring that.',
  archive: 'is an archive or a document. Unpack it, and bring the pictures in it.',
  unreadable: 'cannot be read. If it is a folder, bring the pictures in it.',
  unknown: 'is not a picture that can be read here. PNG, JPEG, WebP, AVIF, GIF, TIFF and BMP can.',
};

/**
 * @param {File} file
 * @param {Kind} kind of which no use can be made
 */
export const adviceFor = ({ name, size }, kind) => 
  size === 0 && kind === 'unknown' ? `The file ${name} is empty.` : `The file ${name} ${ADVICE[kind]}`;
