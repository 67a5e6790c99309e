//! Takes a picture through tiles and a backend to a bigger picture, and tells how far it is.

use std::{cell::Cell, collections::VecDeque, io::Write, ops::ControlFlow};

use crate::{
    Backend, BackendInfo, Error, Picture, Result, Stream, TileInput, estimate,
    picture::PngFile,
    resample::Filter,
    tile::{Cut, Grid, Rect, Tile, Window},
};

/// Alpha is enlarged by this filter, apart from the colours.
const ALPHA_FILTER: Filter = Filter::Lanczos;

/// A tile that is done.
pub struct FinishedTile<'a> {
    /// Its place in the enlarged picture.
    pub part: Rect,
    /// Its pixels, RGBA.
    pub rgba: &'a [u8],
    /// How many tiles are done, this one included.
    pub done: usize,
    /// How many tiles there are.
    pub total: usize,
}

/// Follows an upscale, and may stop it.
pub trait Observer {
    /// Called once, before any work: the size of the result and the number of tiles. [`ControlFlow::Break`] cancels.
    fn start(&mut self, width: u32, height: u32, tiles: usize) -> ControlFlow<()> {
        let _ = (width, height, tiles);
        ControlFlow::Continue(())
    }

    /// Called for each tile, row by row from left to right. [`ControlFlow::Break`] cancels the upscale.
    fn tile(&mut self, tile: &FinishedTile<'_>) -> ControlFlow<()> {
        let _ = tile;
        ControlFlow::Continue(())
    }
}

/// An [`Observer`] that looks away.
pub struct NoProgress;

impl Observer for NoProgress {}

/// Enlarges pictures with one backend.
pub struct Upscaler {
    backend: Box<dyn Backend>,
    /// Milliseconds for each LR pixel, once measured.
    speed: Cell<Option<f64>>,
}

impl Upscaler {
    /// An upscaler over an open backend.
    #[must_use]
    pub fn new(backend: Box<dyn Backend>) -> Self {
        Self { backend, speed: Cell::new(None) }
    }

    /// Who does the work.
    #[must_use]
    pub fn info(&self) -> &BackendInfo {
        self.backend.info()
    }

    /// How many times wider and higher the results are.
    #[must_use]
    pub fn scale(&self) -> u32 {
        self.backend.scale()
    }

    /// About how many milliseconds a picture of `width` x `height` pixels will take, from a small trial on this
    /// machine. `now` tells the time in milliseconds.
    ///
    /// # Errors
    /// The backend's own.
    pub async fn estimate(&self, width: u32, height: u32, now: &dyn Fn() -> f64) -> Result<f64> {
        let speed = match self.speed.get() {
            Some(speed) => speed,
            None => estimate::milliseconds_per_pixel(&*self.backend, now).await?,
        };
        self.speed.set(Some(speed));
        Ok(speed * estimate::pixels(&*self.backend, width, height))
    }

    /// Enlarges a picture and writes it as a PNG file, row by row.
    ///
    /// # Errors
    /// As [`Upscaler::upscale`], and [`Error::Encode`] when the file cannot be written.
    pub async fn upscale_to_png<W: Write>(
        &self,
        picture: &Picture,
        output: W,
        observer: &mut dyn Observer,
    ) -> Result<()> {
        let (width, height) = self.output_size(picture)?;
        let mut file = PngFile::new(output, width, height, picture.kind, picture.icc_profile.as_deref())?;
        let mut rows = file.rows()?;
        self.upscale(picture, &mut |rgba| rows.write(rgba), observer).await?;
        rows.finish()?;
        file.finish()
    }

    /// Enlarges a picture; `rows` gets whole rows of RGBA pixels from top to bottom, a row of tiles at a time, and no
    /// more than that is ever in memory.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the observer breaks off, [`Error::OutputTooLarge`], or the backend's or `rows`' own.
    pub async fn upscale(
        &self,
        picture: &Picture,
        rows: &mut dyn FnMut(&[u8]) -> Result<()>,
        observer: &mut dyn Observer,
    ) -> Result<()> {
        let backend = &*self.backend;
        let scale = backend.scale();
        let (width, height) = self.output_size(picture)?;
        if let Some(stream) = backend.stream(picture.width, picture.height) {
            return self.upscale_rows(picture, stream, rows, observer).await;
        }
        let grid = Grid::new(picture.width, picture.height, backend.tile(), backend.cut());
        let total = grid.count();
        if observer.start(width, height, total).is_break() {
            return Err(Error::Cancelled);
        }

        let mut strip = Vec::new();
        let mut waiting = grid.tiles();
        let mut running = VecDeque::new();
        for done in 1..=total {
            while running.len() < backend.in_flight()
                && let Some(tile) = waiting.next()
            {
                running.push_back((tile, backend.run(input(picture, &tile, &backend.cut()))));
            }
            let Some((tile, run)) = running.pop_front() else { break };
            let mut rgba = run.await?;
            if picture.kind.alpha {
                enlarge_alpha(picture, &tile, scale, &mut rgba);
            }
            let part = tile.inner.scaled(scale);
            if observer.tile(&FinishedTile { part, rgba: &rgba, done, total }).is_break() {
                return Err(Error::Cancelled);
            }
            strip.resize(width as usize * part.height as usize * 4, 0);
            paste(&mut strip, width, part, &rgba);
            if part.x + part.width == width {
                rows(&strip)?;
            }
        }
        Ok(())
    }

    /// [`Upscaler::upscale`] row by row, a strip of the whole width at a time.
    async fn upscale_rows(
        &self,
        picture: &Picture,
        mut stream: Box<dyn Stream>,
        rows: &mut dyn FnMut(&[u8]) -> Result<()>,
        observer: &mut dyn Observer,
    ) -> Result<()> {
        let backend = &*self.backend;
        let scale = backend.scale();
        let (width, height) = self.output_size(picture)?;
        let grid = Grid::strips(picture.width, picture.height, backend.tile());
        let total = grid.count();
        if observer.start(width, height, total).is_break() {
            return Err(Error::Cancelled);
        }

        let mut waiting = grid.tiles();
        let mut running = VecDeque::new();
        let mut ready = Vec::new();
        for (done, strip) in (1..).zip(grid.tiles()) {
            let part = strip.inner.scaled(scale);
            let bytes = part.area() * 4;
            if ready.len() >= bytes {
                // What waits for nothing would let no cancel through.
                turn().await;
            }
            // Rows come out later than they go in, as far as the network sees.
            while ready.len() < bytes {
                while running.len() < backend.in_flight()
                    && let Some(strip) = waiting.next()
                {
                    running.push_back(stream.push(padded_rows(picture, &strip, &backend.cut())));
                }
                let Some(run) = running.pop_front() else { return Err(Error::Cancelled) };
                ready.extend(run.await?);
            }
            let mut rgba: Vec<u8> = ready.drain(..bytes).collect();
            if picture.kind.alpha {
                enlarge_alpha(picture, &strip, scale, &mut rgba);
            }
            if observer.tile(&FinishedTile { part, rgba: &rgba, done, total }).is_break() {
                return Err(Error::Cancelled);
            }
            rows(&rgba)?;
        }
        Ok(())
    }

    /// Width and height of the result.
    fn output_size(&self, picture: &Picture) -> Result<(u32, u32)> {
        /// PNG's own limit for a side.
        const MAX_SIDE: u64 = (1 << 31) - 1;
        let [width, height] = [picture.width, picture.height].map(|side| u64::from(side) * u64::from(self.scale()));
        if width > MAX_SIDE || height > MAX_SIDE {
            return Err(Error::OutputTooLarge { width, height });
        }
        Ok((width as u32, height as u32))
    }
}

fn input(picture: &Picture, tile: &Tile, cut: &Cut) -> TileInput {
    let whole = [cut.padded(picture.width), cut.padded(picture.height)];
    TileInput { rgba: picture.crop(tile.outer), window: Window { part: tile.outer, whole }, keep: tile.keep() }
}

/// Lets a browser's events through; elsewhere nobody needs that.
async fn turn() {
    #[cfg(target_arch = "wasm32")]
    crate::web::next_turn().await;
}

/// The rows of a strip with their padding, and after the last the padding below.
fn padded_rows(picture: &Picture, strip: &Tile, cut: &Cut) -> Vec<u8> {
    let end = strip.inner.y + strip.inner.height;
    let end = if end == picture.height { cut.padded(end) } else { end };
    picture.crop(Rect { width: cut.padded(picture.width), height: end - strip.inner.y, ..strip.inner })
}

/// Puts the enlarged alpha into a finished tile.
fn enlarge_alpha(picture: &Picture, tile: &Tile, scale: u32, rgba: &mut [u8]) {
    let cut = Cut::with_halo(ALPHA_FILTER.radius());
    let tile = tile.cut(&cut, picture.width, picture.height);
    let enlarged = ALPHA_FILTER.enlarge(input(picture, &tile, &cut), scale);
    for (pixel, alpha) in rgba.as_chunks_mut::<4>().0.iter_mut().zip(enlarged.as_chunks::<4>().0) {
        pixel[3] = alpha[3];
    }
}

/// Copies a tile into the row of tiles that is `width` pixels wide.
fn paste(strip: &mut [u8], width: u32, part: Rect, rgba: &[u8]) {
    let row = part.width as usize * 4;
    for (y, pixels) in rgba.chunks_exact(row).enumerate() {
        let start = (y * width as usize + part.x as usize) * 4;
        strip[start..start + row].copy_from_slice(pixels);
    }
}
