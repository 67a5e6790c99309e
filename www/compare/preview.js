/**
 * A picture on a canvas, painted tile by tile. A canvas has a largest size that a picture need not have: above it the
 * preview is painted smaller, while the saved file keeps every pixel.
 */

/** The second limit is for browsers that refuse the first, which they do by drawing nothing. */
const LIMITS = [
  { side: 16384, area: 64 * 1024 * 1024 },
  { side: 4096, area: 16 * 1024 * 1024 },
];

/**
 * The largest size of the same shape within a limit.
 * @param {number} width
 * @param {number} height
 * @param {{side: number, area: number}} limit
 */
export function previewSize(width, height, limit = LIMITS[0]) {
  const factor = Math.min(1, limit.side / width, limit.side / height, Math.sqrt(limit.area / (width * height)));
  return { width: Math.max(1, Math.floor(width * factor)), height: Math.max(1, Math.floor(height * factor)) };
}

/** @param {HTMLCanvasElement | OffscreenCanvas} canvas */
function context(canvas) {
  const found = /** @type {CanvasRenderingContext2D | null} */ (canvas.getContext('2d'));
  if (!found) throw new Error('This browser gives the page no canvas to draw on.');
  return found;
}

/** @param {HTMLCanvasElement} canvas */
function draws(canvas) {
  const pen = context(canvas);
  pen.fillRect(0, 0, 1, 1);
  const drawn = pen.getImageData(0, 0, 1, 1).data[3] === 255;
  pen.clearRect(0, 0, 1, 1);
  return drawn;
}

export class Preview {
  canvas = document.createElement('canvas');

  /**
   * @param {number} width of the picture
   * @param {number} height of the picture
   * @param {CanvasImageSource | undefined} original shown, plainly enlarged, where no tile is finished yet
   */
  constructor(width, height, original) {
    for (const limit of LIMITS) {
      Object.assign(this.canvas, previewSize(width, height, limit));
      if (draws(this.canvas)) break;
    }
    if (original) context(this.canvas).drawImage(original, 0, 0, this.canvas.width, this.canvas.height);
  }

  /** How much memory it takes. */
  get pixels() {
    return this.canvas.width * this.canvas.height;
  }

  /**
   * A tile of the picture itself, or of what is still to be brought to its size.
   * @param {import('../js/client.js').Tile} tile
   */
  paint(tile) {
    const factorX = this.canvas.width / tile.wholeWidth;
    const factorY = this.canvas.height / tile.wholeHeight;
    const image = new ImageData(/** @type {Uint8ClampedArray<ArrayBuffer>} */ (tile.pixels), tile.width, tile.height);
    const pen = context(this.canvas);
    if (factorX === 1 && factorY === 1) {
      pen.putImageData(image, tile.x, tile.y);
      return;
    }
    const piece = new OffscreenCanvas(tile.width, tile.height);
    context(piece).putImageData(image, 0, 0);
    // Whole pixels, so that neighbouring tiles meet without a seam.
    const left = Math.round(tile.x * factorX);
    const top = Math.round(tile.y * factorY);
    const width = Math.round((tile.x + tile.width) * factorX) - left;
    const height = Math.round((tile.y + tile.height) * factorY) - top;
    pen.clearRect(left, top, width, height);
    pen.drawImage(piece, left, top, width, height);
  }

  /** Lets the memory go. */
  close() {
    Object.assign(this.canvas, { width: 1, height: 1 });
  }
}
