//! Takes a picture through tiles and a backend to a bigger picture, and tells how far it is.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    io::Write,
    ops::ControlFlow,
    rc::Rc,
};

use crate::{
    Backend, BackendInfo, BackendOptions, Error, Fallback, Network, Picture, Result, Stream, TileInput, estimate,
    lock::Lock,
    open_backend,
    output_check::{self, Pixels},
    picture::PngFile,
    recovery,
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

    /// Called with a sentence that a person should know of this picture, besides [`BackendInfo::warnings`].
    fn warn(&mut self, sentence: &str) {
        let _ = sentence;
    }

    /// Called before each wait for the backend, also where no tile is done after it. [`ControlFlow::Break`] cancels the upscale.
    fn wait(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// An [`Observer`] that looks away.
pub struct NoProgress;

impl Observer for NoProgress {}

/// Enlarges pictures with one backend, and with another where that fails.
pub struct Upscaler {
    backend: RefCell<Rc<dyn Backend>>,
    fallback: Option<Fallback>,
    /// Held while a backend that failed is replaced: two pictures that meet the failure need one replacement.
    replacing: Lock,
    /// Milliseconds for each LR pixel, once measured.
    speed: Cell<Option<f64>>,
}

impl Upscaler {
    /// An upscaler over an open backend. When that fails, so does the upscale.
    #[must_use]
    pub fn new(backend: Box<dyn Backend>) -> Self {
        let backend = RefCell::new(backend.into());
        Self { backend, fallback: None, replacing: Lock::default(), speed: Cell::new(None) }
    }

    /// Opens the backend of a person's choice for a network. A GPU that fails at work or makes wrong pixels is opened again, with
    /// smaller tiles or in f32; if that does not help, and it was not asked for by name, the CPU does the rest of the picture and the
    /// next ones. [`Upscaler::info`] tells.
    ///
    /// # Errors
    /// As [`open_backend`].
    pub async fn open(network: Network, options: BackendOptions) -> Result<Self> {
        let backend = open_backend(&network, options).await?;
        if backend.info().name == "cpu" {
            // There is nothing safer, and the network itself, which may be large, is needed no more.
            return Ok(Self::new(backend));
        }
        let fallback = recovery::fallback(network, &*backend, options);
        Ok(Self::new(backend).with_fallback(fallback))
    }

    /// The same upscaler with something to go on with when its backend fails.
    #[must_use]
    pub fn with_fallback(self, fallback: Fallback) -> Self {
        Self { fallback: Some(fallback), ..self }
    }

    /// Who does the work, at present.
    #[must_use]
    pub fn info(&self) -> BackendInfo {
        self.backend().info().clone()
    }

    fn backend(&self) -> Rc<dyn Backend> {
        self.backend.borrow().clone()
    }

    /// Takes another backend in the place of one that failed, and gives the failure back where there is none.
    async fn replace(&self, failed: &Rc<dyn Backend>, failure: Error) -> Result<()> {
        let _held = self.replacing.hold().await;
        if !Rc::ptr_eq(failed, &self.backend()) {
            // Another picture has met the failure before.
            return Ok(());
        }
        let Some(fallback) = &self.fallback else { return Err(failure) };
        let other = fallback(failure).await?;
        self.backend.replace(other.into());
        self.speed.set(None);
        Ok(())
    }

    /// How many times wider and higher the results are.
    #[must_use]
    pub fn scale(&self) -> u32 {
        self.backend().scale()
    }

    /// About how many milliseconds a picture of `width` x `height` pixels will take, from a small trial on this
    /// machine. `now` tells the time in milliseconds.
    ///
    /// # Errors
    /// The backend's own.
    pub async fn estimate(&self, width: u32, height: u32, now: &dyn Fn() -> f64) -> Result<f64> {
        loop {
            let backend = self.backend();
            let speed = match self.speed.get() {
                Some(speed) => Ok(speed),
                None => estimate::milliseconds_per_pixel(&*backend, now).await,
            };
            match speed {
                Ok(speed) => {
                    self.speed.set(Some(speed));
                    return Ok(speed * estimate::pixels(&*backend, width, height));
                }
                Err(failure) => self.replace(&backend, failure).await?,
            }
        }
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
    /// more than that is ever in memory. Where a backend fails and there is another, that goes on from the row of tiles.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the observer breaks off, [`Error::OutputTooLarge`], or the backend's or `rows`' own.
    pub async fn upscale(
        &self,
        picture: &Picture,
        rows: &mut dyn FnMut(&[u8]) -> Result<()>,
        observer: &mut dyn Observer,
    ) -> Result<()> {
        self.output_size(picture)?;
        let mut work = Work { picture, rows, observer, row: 0, tiles: 0, is_started: false, takes_any_colours: false };
        loop {
            let backend = self.backend();
            match work.run(&*backend).await {
                Ok(()) => return Ok(()),
                Err(Stop::Failed(failure)) => match self.replace(&backend, failure).await {
                    // Nobody makes other ones: perhaps the model is meant to.
                    Err(told @ Error::WrongColours(_)) => {
                        work.observer.warn(&told.to_string());
                        work.takes_any_colours = true;
                    }
                    other => other?,
                },
                Err(Stop::Other(error)) => return Err(error),
            }
        }
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

/// A picture in the making.
struct Work<'a> {
    picture: &'a Picture,
    rows: &'a mut dyn FnMut(&[u8]) -> Result<()>,
    observer: &'a mut dyn Observer,
    /// Rows of the picture that are done.
    row: u32,
    /// Tiles in these rows.
    tiles: usize,
    /// Whether the observer knows.
    is_started: bool,
    /// Whether colours that the picture does not have are no failure.
    takes_any_colours: bool,
}

/// Why the work stopped before its end.
enum Stop {
    /// The backend failed.
    Failed(Error),
    /// It was cancelled, or the rows could not be taken.
    Other(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Tells a backend's failure from others.
fn made(rgba: Result<Vec<u8>>) -> Result<Vec<u8>, Stop> {
    rgba.map_err(Stop::Failed)
}

fn go_on(flow: ControlFlow<()>) -> Result<()> {
    if flow.is_break() { Err(Error::Cancelled) } else { Ok(()) }
}

impl Work<'_> {
    /// Goes on with a backend.
    async fn run(&mut self, backend: &dyn Backend) -> Result<(), Stop> {
        let Picture { width, height, .. } = *self.picture;
        let lead = backend.lead(self.row);
        match backend.stream(width, height - lead) {
            Some(stream) => self.run_rows(backend, stream, lead).await,
            None => self.run_tiles(backend).await,
        }
    }

    /// How many tiles there are with those of a grid over the rows that are not done yet. Tells the observer of a new picture.
    fn start(&mut self, grid: &Grid, scale: u32) -> Result<usize> {
        let total = self.tiles + grid.count();
        if !self.is_started {
            let Picture { width, height, .. } = *self.picture;
            go_on(self.observer.start(width * scale, height * scale, total))?;
            self.is_started = true;
        }
        Ok(total)
    }

    /// Checks what a backend has made of a part of the picture.
    fn check(&self, part: Rect, scale: u32, rgba: &[u8]) -> Result<(), Stop> {
        match output_check::check(Pixels::part(self.picture, part), Pixels::all(rgba, part.width * scale)) {
            Err(Error::WrongColours(_)) if self.takes_any_colours => Ok(()),
            other => other.map_err(Stop::Failed),
        }
    }

    async fn run_tiles(&mut self, backend: &dyn Backend) -> Result<(), Stop> {
        let (picture, scale) = (self.picture, backend.scale());
        let grid = Grid::below(self.row, picture.width, picture.height, backend.tile(), backend.cut());
        let total = self.start(&grid, scale)?;
        let width = picture.width * scale;

        let mut strip = Vec::new();
        let mut waiting = grid.tiles();
        let mut running = VecDeque::new();
        for done in self.tiles + 1..=total {
            while running.len() < backend.in_flight()
                && let Some(tile) = waiting.next()
            {
                running.push_back((tile, backend.run(input(picture, &tile, &backend.cut()))));
            }
            let Some((tile, run)) = running.pop_front() else { break };
            go_on(self.observer.wait())?;
            let mut rgba = made(run.await)?;
            self.check(tile.inner, scale, &rgba)?;
            if picture.kind.alpha {
                enlarge_alpha(picture, &tile, scale, &mut rgba);
            }
            let part = tile.inner.scaled(scale);
            go_on(self.observer.tile(&FinishedTile { part, rgba: &rgba, done, total }))?;
            strip.resize(width as usize * part.height as usize * 4, 0);
            paste(&mut strip, width, part, &rgba);
            if part.x + part.width == width {
                (self.rows)(&strip)?;
                (self.row, self.tiles) = (tile.inner.y + tile.inner.height, done);
            }
        }
        Ok(())
    }

    /// [`Work::run_tiles`] row by row, a strip of the whole width at a time. The stream begins at row `lead`.
    async fn run_rows(&mut self, backend: &dyn Backend, mut stream: Box<dyn Stream>, lead: u32) -> Result<(), Stop> {
        let (picture, scale) = (self.picture, backend.scale());
        let strips_from = |row| Grid::strips(picture.width, picture.height, stream.strip(), row);
        let (grid, strips) = (strips_from(self.row), strips_from(lead).tiles());
        let total = self.start(&grid, scale)?;

        let in_flight = stream.in_flight();
        let mut pushed = strips.map(|strip| stream.push(padded_rows(picture, &strip, &backend.cut())));
        let mut running: VecDeque<_> = pushed.by_ref().take(in_flight).collect();
        let mut ready = Vec::new();
        // What is made of the rows that only lead to those that are needed.
        let mut skipped =
            Rect { x: 0, y: lead, width: picture.width, height: self.row - lead }.scaled(scale).area() * 4;
        for (done, strip) in (self.tiles + 1..).zip(grid.tiles()) {
            let part = strip.inner.scaled(scale);
            let bytes = part.area() * 4;
            if ready.len() >= skipped + bytes {
                // What waits for nothing would let no cancel through.
                turn().await;
            }
            // Rows come out later than they go in, as far as the network sees.
            while ready.len() < skipped + bytes {
                let Some(run) = running.pop_front() else { return Err(Error::Cancelled.into()) };
                go_on(self.observer.wait())?;
                ready.extend(made(run.await)?);
                // At once, so that nobody waits while what came out is handed on.
                running.extend(pushed.next());
            }
            ready.drain(..skipped);
            skipped = 0;
            let mut rgba: Vec<u8> = ready.drain(..bytes).collect();
            self.check(strip.inner, scale, &rgba)?;
            if picture.kind.alpha {
                enlarge_alpha(picture, &strip, scale, &mut rgba);
            }
            go_on(self.observer.tile(&FinishedTile { part, rgba: &rgba, done, total }))?;
            (self.rows)(&rgba)?;
            (self.row, self.tiles) = (strip.inner.y + strip.inner.height, done);
        }
        Ok(())
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
    let input = input(picture, &tile, &cut);
    // Many opaque pictures have an alpha channel, and filtering it takes longer than a quick network.
    if input.rgba.as_chunks::<4>().0.iter().all(|pixel| pixel[3] == u8::MAX) {
        return;
    }
    let enlarged = ALPHA_FILTER.enlarge(input, scale);
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
