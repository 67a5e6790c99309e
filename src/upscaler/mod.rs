//! Takes a picture through tiles and a backend to a bigger picture, and tells how far it is.

mod alpha;
mod direct;
mod doubt;
mod ensemble;
mod estimate;
mod features;
pub mod file_size;
mod flat;
#[cfg(not(target_arch = "wasm32"))]
mod frames;
mod lock;
mod pass;
mod recovery;
mod tiles;

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    ops::ControlFlow,
    rc::Rc,
};

use crate::{
    Backend, BackendInfo, BackendKind, BackendOptions, Error, Fallback, Network, Picture, Result, open_backend,
    picture::{MAX_MEGAPIXELS, PictureFile},
    resize::{Filter, Resize, Size, passes},
    tile::Rect,
};
pub use doubt::Doubt;
pub use features::FeatureMaps;
#[cfg(target_arch = "wasm32")]
pub(crate) use features::check_part;
use lock::Lock;
use pass::{Pass, Progress, Stop};
#[cfg(target_arch = "wasm32")]
pub(crate) use recovery::Recovery;

/// What brings the output of a network to the size that is asked for.
const TO_SIZE: Filter = Filter::Lanczos;

/// A tile that is done.
pub struct FinishedTile<'a> {
    /// Its place in the enlarged picture.
    pub part: Rect,
    /// Width and height of the enlarged picture, which is the result or is still to be brought to its size or enlarged further.
    pub whole: [u32; 2],
    /// Its pixels, RGBA, 8 bits a channel.
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

    /// Called for each tile, row by row from left to right; of [`Upscaler::with_tta`] for each eight times, as it is so far.
    /// [`ControlFlow::Break`] cancels the upscale.
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

/// Enlarges pictures with one backend, and with another where that fails. A clone shares the backend.
#[derive(Clone)]
pub struct Upscaler {
    engine: Rc<Engine>,
    tta: bool,
}

/// What upscalers share that differ in how they use it.
struct Engine {
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
        Self::over(backend.into(), None)
    }

    fn over(backend: Rc<dyn Backend>, fallback: Option<Fallback>) -> Self {
        let backend = RefCell::new(backend);
        let engine = Engine { backend, fallback, replacing: Lock::default(), speed: Cell::new(None) };
        Self { engine: Rc::new(engine), tta: false }
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
        Self { tta: self.tta, ..Self::over(self.backend(), Some(fallback)) }
    }

    /// The same upscaler over the same backend, whose results are the mean of eight: the picture turned and mirrored in every way, each
    /// enlarged and turned back (geometric self-ensemble, a form of test-time augmentation). It takes about eight times as long, and is a
    /// little closer to the truth. The result of a turned picture is the turned result, to the bit.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for a classical filter, which makes the same of a picture whichever way it is turned.
    pub fn with_tta(&self) -> Result<Self> {
        if let BackendKind::Filter(filter) = self.backend().info().kind {
            return Err(Error::InvalidOption(format!(
                "{} is a classical filter, which makes the same of a picture whichever way it is turned: the option tta cannot apply to \
                 it. Leave that out.",
                filter.name()
            )));
        }
        Ok(Self { tta: true, ..self.clone() })
    }

    /// Whether results are the mean of eight, as of [`Upscaler::with_tta`].
    #[must_use]
    pub fn is_tta(&self) -> bool {
        self.tta
    }

    /// Who does the work, at present.
    #[must_use]
    pub fn info(&self) -> BackendInfo {
        self.backend().info().clone()
    }

    fn backend(&self) -> Rc<dyn Backend> {
        self.engine.backend.borrow().clone()
    }

    /// Takes another backend in the place of one that failed, and gives the failure back where there is none.
    async fn replace(&self, failed: &Rc<dyn Backend>, failure: Error) -> Result<()> {
        let _held = self.engine.replacing.hold().await;
        if !Rc::ptr_eq(failed, &self.backend()) {
            // Another picture has met the failure before.
            return Ok(());
        }
        let Some(fallback) = &self.engine.fallback else { return Err(failure) };
        let other = fallback(failure).await?;
        self.engine.backend.replace(other.into());
        self.engine.speed.set(None);
        Ok(())
    }

    /// How many times wider and higher the results are.
    #[must_use]
    pub fn scale(&self) -> u32 {
        self.backend().scale()
    }

    /// About how many milliseconds a picture of `width` x `height` pixels will take to a result of that size, from a small trial on
    /// this machine. `now` tells the time in milliseconds.
    ///
    /// # Errors
    /// As [`Size::of_result`], and the backend's own.
    pub async fn estimate(&self, width: u32, height: u32, size: Size, now: &dyn Fn() -> f64) -> Result<f64> {
        loop {
            let backend = self.backend();
            let scale = backend.scale();
            let result = size.of_result([width, height], scale)?;
            let speed = match self.engine.speed.get() {
                Some(speed) => Ok(speed),
                None => estimate::milliseconds_per_pixel(&*backend, now).await,
            };
            match speed {
                Ok(speed) => {
                    self.engine.speed.set(Some(speed));
                    let of_pass = |pass| [width, height].map(|length| length.saturating_mul(scale.pow(pass)));
                    let passes = (0..passes([width, height], result, scale)).map(of_pass);
                    let pixels = |size| estimate::pixels(&*backend, size, self.tta);
                    return Ok(passes.map(|size| speed * pixels(size)).sum());
                }
                Err(failure) => self.replace(&backend, failure).await?,
            }
        }
    }

    /// Width and height of the result.
    ///
    /// # Errors
    /// As [`Size::of_result`]; [`Error::TooManyPasses`] where it takes several passes and what is between them is more than
    /// [`MAX_MEGAPIXELS`].
    pub fn result_size(&self, picture: &Picture, size: Size) -> Result<[u32; 2]> {
        self.size_of_result([picture.width, picture.height], size)
    }

    fn size_of_result(&self, from: [u32; 2], size: Size) -> Result<[u32; 2]> {
        let scale = self.scale();
        let result = size.of_result(from, scale)?;
        let largest = from.map(|length| u64::from(length) * u64::from(scale.pow(passes(from, result, scale) - 1)));
        if self.goes_through_network(from, result) && largest[0] * largest[1] > u64::from(MAX_MEGAPIXELS) * 1_000_000 {
            return Err(Error::TooManyPasses { scale, max_megapixels: MAX_MEGAPIXELS });
        }
        Ok(result)
    }

    /// Whether the backend makes the pixels, and not its filter at once.
    fn goes_through_network(&self, picture: [u32; 2], result: [u32; 2]) -> bool {
        let scale = self.scale();
        self.backend().info().kind == BackendKind::Network
            || picture.map(|length| length.saturating_mul(scale)) == result
    }

    /// Enlarges a picture and writes it to a file, row by row. The file is of the picture's kind.
    ///
    /// # Errors
    /// As [`Upscaler::upscale`], and [`Error::Encode`] when the file cannot be written.
    pub async fn upscale_to_file(
        &self,
        picture: &Picture,
        size: Size,
        mut file: Box<dyn PictureFile>,
        observer: &mut dyn Observer,
    ) -> Result<()> {
        self.upscale(picture, size, &mut |rows| file.write(rows), observer).await?;
        file.finish()
    }

    /// Enlarges a picture; `rows` gets whole rows of RGBA pixels of the picture's depth from top to bottom, a row of tiles at a time,
    /// and no more than that is ever in memory. Where a backend fails and there is another, that goes on from the row of tiles.
    ///
    /// A picture goes through the network until it is as large as asked for, once at least, and is then brought to the exact size by
    /// a Lanczos filter.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the observer breaks off, as [`Upscaler::result_size`], or the backend's or `rows`' own.
    pub async fn upscale(
        &self,
        picture: &Picture,
        size: Size,
        rows: &mut dyn FnMut(&[u8]) -> Result<()>,
        observer: &mut dyn Observer,
    ) -> Result<()> {
        let result = self.result_size(picture, size)?;
        picture.warnings.iter().for_each(|warning| observer.warn(warning));
        let from = [picture.width, picture.height];
        let mut picture = picture.bled();
        if let BackendKind::Filter(filter) = self.backend().info().kind
            && !self.goes_through_network(from, result)
        {
            return direct::resize(&picture, filter, result, rows, observer);
        }
        let passes = passes(from, result, self.scale());
        let mut progress = Progress::new(observer, result);
        let mut tiles_before = 0;
        for pass in 1..passes {
            progress.next_pass(tiles_before, self.tiles_after(&picture, passes - pass));
            let mut rgba = Vec::new();
            let mut keep = |rows: &[u8]| {
                rgba.extend_from_slice(rows);
                Ok(())
            };
            tiles_before = self.pass(&picture, &mut progress, &mut keep).await?;
            let [width, height] = [picture.width, picture.height].map(|length| length * self.scale());
            picture = Cow::Owned(Picture { width, height, rgba, kind: picture.kind, ..Picture::default() });
        }
        progress.next_pass(tiles_before, 0);
        let enlarged = [picture.width, picture.height].map(|length| length * self.scale());
        let mut resize = Resize::new(TO_SIZE, picture.kind, enlarged, result);
        self.pass(&picture, &mut progress, &mut |enlarged| rows(&resize.push(enlarged))).await?;
        Ok(())
    }

    /// The tiles of `passes` passes after this one.
    fn tiles_after(&self, picture: &Picture, passes: u32) -> usize {
        let backend = self.backend();
        let of_pass = |pass| [picture.width, picture.height].map(|length| length * backend.scale().pow(pass));
        (1..=passes).map(|pass| pass::tiles(&*backend, of_pass(pass), picture.kind.depth, self.tta)).sum()
    }

    /// Takes a picture through the network once. Returns the number of tiles.
    async fn pass(
        &self,
        picture: &Picture,
        progress: &mut Progress<'_>,
        rows: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<usize> {
        let mut pass = Pass::new(picture, rows, progress, self.tta);
        loop {
            let backend = self.backend();
            match pass.run(&*backend).await {
                Ok(tiles) => return Ok(tiles),
                Err(Stop::Failed(failure)) => match self.replace(&backend, failure).await {
                    // Nobody makes other ones: perhaps the model is meant to.
                    Err(told @ Error::WrongColours(_)) => pass.take_any_colours(&told),
                    other => other?,
                },
                Err(Stop::Other(error)) => return Err(error),
            }
        }
    }
}
