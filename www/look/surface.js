/**
 * A picture's pixels on the page, painted tile by tile. They lie on canvases of a modest size side by side, of which one is
 * painted on in each frame: a browser copies a whole canvas whenever it has been painted on since it was shown, which with a
 * large one would make the page stutter. Above a largest size the picture is painted smaller, while the saved file keeps
 * every pixel.
 */

/** Pixels a side of each canvas. */
const PIECE = 1024;

const LIMITS = [{ side: 65_536, area: 64 * 1024 * 1024 }, { side: 16_384, area: 16 * 1024 * 1024 }];

/** What every browser draws. */
const ALWAYS_DRAWN = LIMITS[1].area;

/**
 * The largest size of the same shape within a limit.
 * @param {number} width
 * @param {number} height
 * @param {{side: number, area: number}} limit
 */
export function surfaceSize(width, height, limit = LIMITS[0]) {
  const factor = Math.min(1, limit.side / width, limit.side / height, Math.sqrt(limit.area / (width * height)));
  return { width: Math.max(1, Math.floor(width * factor)), height: Math.max(1, Math.floor(height * factor)) };
}

/** @param {HTMLCanvasElement | OffscreenCanvas} canvas */
function context(canvas) {
  const found = /** @type {CanvasRenderingContext2D | null} */ (canvas.getContext('2d'));
  if (!found) throw new Error('This browser gives the page no canvas to draw on.');
  return found;
}

/** Comes at once while the page is hidden, because no frame does then. */
async function nextFrame() {
  if (document.hidden) return;
  const done = new AbortController();
  const hidden = new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { signal: done.signal }));
  await Promise.race([new Promise(requestAnimationFrame), hidden]);
  done.abort();
}

/** @param {HTMLCanvasElement} canvas */
function draws(canvas) {
  const pen = context(canvas);
  pen.fillRect(0, 0, 1, 1);
  const drawn = pen.getImageData(0, 0, 1, 1).data[3] === 255;
  pen.clearRect(0, 0, 1, 1);
  return drawn;
}

/** @typedef {{canvas: HTMLCanvasElement, x: number, y: number}} Piece */

export class Surface {
  element = Object.assign(document.createElement('div'), { className: 'surface' });
  /** @type {Piece[]} */
  #pieces = [];
  /** @type {Map<HTMLCanvasElement, (() => void)[]>} what is still to be painted */
  #toPaint = new Map();
  /** @type {Promise<void> | undefined} */
  #painting;
  width = 0;
  height = 0;
  /** The picture's own size. */
  whole;

  /**
   * @param {number} width of the picture
   * @param {number} height of the picture
   */
  constructor(width, height) {
    this.whole = { width, height };
    for (const limit of LIMITS) {
      Object.assign(this, surfaceSize(width, height, limit));
      this.#cut();
      if (this.pixels <= ALWAYS_DRAWN || draws(this.#pieces[this.#pieces.length - 1].canvas)) break;
    }
    this.element.append(...this.#pieces.map(({ canvas }) => canvas));
  }

  /**
   * The browser's own decoding of a picture.
   * @param {Blob} file
   * @param {number} width
   * @param {number} height
   */
  static async of(file, width, height) {
    const surface = new Surface(width, height);
    try {
      const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
      await surface.draw(bitmap);
      bitmap.close();
    } catch {
      // The engine reads more formats than some browsers do. There is nothing to see of it then.
    }
    return surface;
  }

  #cut() {
    this.#pieces = [];
    for (let y = 0; y < this.height; y += PIECE) {
      for (let x = 0; x < this.width; x += PIECE) {
        const size = { width: Math.min(PIECE, this.width - x), height: Math.min(PIECE, this.height - y) };
        this.#pieces.push({ canvas: Object.assign(document.createElement('canvas'), size), x, y });
      }
    }
  }

  /** How much memory it takes. */
  get pixels() {
    return this.width * this.height;
  }

  /**
   * Draws a whole picture.
   * @param {CanvasImageSource & {width: number, height: number}} picture
   */
  async draw(picture) {
    const [factorX, factorY] = [picture.width / this.width, picture.height / this.height];
    for (const { canvas, x, y } of this.#pieces) {
      const { width, height } = canvas;
      const from = /** @type {const} */ ([x * factorX, y * factorY, width * factorX, height * factorY]);
      this.#paint(canvas, () => context(canvas).drawImage(picture, ...from, 0, 0, width, height));
    }
    await this.painted();
  }

  /**
   * The same pixels once more.
   * @param {Surface} other of the same size
   */
  async copy(other) {
    for (const [index, { canvas }] of this.#pieces.entries()) {
      this.#paint(canvas, () => context(canvas).drawImage(other.#pieces[index].canvas, 0, 0));
    }
    await this.painted();
  }

  /** Waits until everything is painted. */
  async painted() {
    await this.#painting;
  }

  /**
   * Paints on a canvas when its turn has come.
   * @param {HTMLCanvasElement} canvas
   * @param {() => void} action
   */
  #paint(canvas, action) {
    this.#toPaint.set(canvas, [...(this.#toPaint.get(canvas) ?? []), action]);
    this.#painting ??= this.#paintAll();
  }

  async #paintAll() {
    while (this.#toPaint.size > 0) {
      await nextFrame();
      const [canvas, actions = []] = this.#toPaint.entries().next().value ?? [];
      if (canvas) this.#toPaint.delete(canvas);
      for (const action of actions) action();
    }
    this.#painting = undefined;
  }

  /**
   * Draws the whole of it smaller.
   * @param {HTMLCanvasElement} canvas
   */
  drawOn(canvas) {
    const pen = context(canvas);
    pen.imageSmoothingQuality = 'high';
    const [factorX, factorY] = [canvas.width / this.width, canvas.height / this.height];
    for (const { canvas: piece, x, y } of this.#pieces) {
      pen.drawImage(piece, x * factorX, y * factorY, piece.width * factorX, piece.height * factorY);
    }
  }

  /**
   * A tile of the picture itself, or of what is still to be brought to its size.
   * @param {import('../js/client.js').Tile} tile
   */
  paint(tile) {
    const factorX = this.width / tile.wholeWidth;
    const factorY = this.height / tile.wholeHeight;
    const image = new ImageData(/** @type {Uint8ClampedArray<ArrayBuffer>} */ (tile.pixels), tile.width, tile.height);
    // Whole pixels, so that neighbouring tiles meet without a seam.
    const left = Math.round(tile.x * factorX);
    const top = Math.round(tile.y * factorY);
    const width = Math.round((tile.x + tile.width) * factorX) - left;
    const height = Math.round((tile.y + tile.height) * factorY) - top;
    const isScaled = factorX !== 1 || factorY !== 1;
    const scaled = isScaled ? new OffscreenCanvas(tile.width, tile.height) : undefined;
    if (scaled) context(scaled).putImageData(image, 0, 0);
    for (const { canvas, x, y } of this.#pieces) {
      if (left >= x + canvas.width || left + width <= x || top >= y + canvas.height || top + height <= y) continue;
      this.#paint(canvas, () => {
        const pen = context(canvas);
        if (!scaled) return pen.putImageData(image, left - x, top - y);
        pen.clearRect(left - x, top - y, width, height);
        pen.drawImage(scaled, left - x, top - y, width, height);
      });
    }
  }

  /**
   * Lays the canvases out so that the whole has that size. Their edges lie on whole device pixels, so that they meet.
   * @param {number} width in CSS pixels
   * @param {number} height in CSS pixels
   * @param {number} density device pixels for each CSS pixel
   */
  lay(width, height, density) {
    const edge = (/** @type {number} */ at, /** @type {number} */ whole, /** @type {number} */ shown) =>
      at === whole ? shown : Math.round((at / whole) * shown * density) / density;
    for (const { canvas, x, y } of this.#pieces) {
      const [left, top] = [edge(x, this.width, width), edge(y, this.height, height)];
      canvas.style.left = `${left}px`;
      canvas.style.top = `${top}px`;
      canvas.style.width = `${edge(x + canvas.width, this.width, width) - left}px`;
      canvas.style.height = `${edge(y + canvas.height, this.height, height) - top}px`;
    }
  }

  /** Lets the memory go. */
  close() {
    this.#toPaint.clear();
    for (const { canvas } of this.#pieces) Object.assign(canvas, { width: 0, height: 0 });
    this.element.remove();
  }
}
