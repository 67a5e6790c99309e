/**
 * Where the picture lies on the stage: arithmetic only, no elements. Lengths are CSS pixels; `zoom` is CSS
 * pixels for each output pixel, so 100 % (one output pixel on one device pixel) is a zoom of 1 / density.
 */

const LARGEST_ZOOM_PERCENT = 1600;

/** A picture that is a line when it is shown whole is shown wider than the stage, so that there is something to see. */
const THINNEST_PX = 24;

export class Viewport {
  zoom = 1;
  x = 0;
  y = 0;
  /** Follows the stage when it changes size, until the person zooms or moves. */
  fitted = true;
  #stage = { width: 1, height: 1 };
  #picture = { width: 1, height: 1 };
  #density = 1;

  /**
   * @param {number} width of the stage
   * @param {number} height of the stage
   * @param {number} density device pixels for each CSS pixel
   */
  resize(width, height, density) {
    this.#stage = { width, height };
    this.#density = density;
    if (this.fitted) this.fit();
    else this.#settle();
  }

  /**
   * @param {number} width of the output
   * @param {number} height of the output
   */
  open(width, height) {
    this.#picture = { width, height };
    this.fit();
  }

  /**
   * The picture has another number of pixels now, and stays where and as large as it is shown.
   * @param {number} width of the output
   * @param {number} height of the output
   */
  become(width, height) {
    this.zoom *= this.#picture.width / width;
    this.#picture = { width, height };
    if (this.fitted) this.fit();
    else this.#settle();
  }

  /** How many times as wide as high the picture is. */
  get ratio() {
    return this.#picture.width / this.#picture.height;
  }

  get density() {
    return this.#density;
  }

  get percent() {
    return this.zoom * this.#density * 100;
  }

  /** The size of the picture on the stage. */
  get shown() {
    return { width: this.#picture.width * this.zoom, height: this.#picture.height * this.zoom };
  }

  get #fitZoom() {
    const { width, height } = this.#picture;
    const across = this.#stage.width / width;
    const down = this.#stage.height / height;
    return Math.max(Math.min(across, down), Math.min(THINNEST_PX / Math.min(width, height), Math.max(across, down)));
  }

  fit() {
    this.zoom = this.#fitZoom;
    this.fitted = true;
    this.#settle();
  }

  actualSize() {
    this.zoomTo(1 / this.#density, this.#stage.width / 2, this.#stage.height / 2);
  }

  /**
   * Zooms so that the point of the picture under (x, y) stays there.
   * @param {number} zoom
   * @param {number} x
   * @param {number} y
   */
  zoomTo(zoom, x = this.#stage.width / 2, y = this.#stage.height / 2) {
    const actual = 1 / this.#density;
    const smallest = Math.min(this.#fitZoom, actual);
    const largest = Math.max(this.#fitZoom, (actual * LARGEST_ZOOM_PERCENT) / 100);
    const next = Math.min(largest, Math.max(smallest, zoom));
    this.x = x - ((x - this.x) * next) / this.zoom;
    this.y = y - ((y - this.y) * next) / this.zoom;
    this.zoom = next;
    this.fitted = false;
    this.#settle();
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.fitted = false;
    this.#settle();
  }

  #settle() {
    this.x = this.#place(this.x, this.shown.width, this.#stage.width);
    this.y = this.#place(this.y, this.shown.height, this.#stage.height);
  }

  /**
   * Centres what is smaller than the stage and leaves no gap beside what is larger, on a whole device pixel,
   * since at 100 % anything else would blur.
   * @param {number} start
   * @param {number} shown
   * @param {number} room
   */
  #place(start, shown, room) {
    const placed = shown <= room ? (room - shown) / 2 : Math.min(0, Math.max(room - shown, start));
    return Math.round(placed * this.#density) / this.#density;
  }
}
