//! A picture goes through the network once, in tiles or row by row.

use std::{collections::VecDeque, ops::ControlFlow};

use super::{
    FinishedTile, Observer,
    alpha::{Alpha, AlphaRows, AlphaWay, put},
    ensemble::{self, Channels, Ensemble, Event},
    flat::keep_flat,
    tiles::{input, padded_rows, paste},
};
use crate::{
    Backend, Error, Picture, Result, Stream,
    backend::output_check,
    picture::Depth,
    tile::{Grid, Rect, Tile},
    turn::next_turn,
};

/// A picture on its way through the network.
pub(super) struct Pass<'a, 'b> {
    picture: &'a Picture,
    rows: &'a mut dyn FnMut(&[u8]) -> Result<()>,
    progress: &'a mut Progress<'b>,
    /// Whether the picture goes through in all orientations.
    tta: bool,
    /// Rows of the picture that are done.
    row: u32,
    /// Tiles in these rows.
    tiles: usize,
}

/// What the observer is told, over all passes of a picture.
pub(super) struct Progress<'a> {
    observer: &'a mut dyn Observer,
    /// Width and height of the result.
    result: [u32; 2],
    /// Whether colours that the picture does not have are no failure.
    takes_any_colours: bool,
    /// Tiles of the passes before this one, and of those after it.
    before: usize,
    after: usize,
    is_started: bool,
}

/// Why the work stopped before its end.
pub(super) enum Stop {
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

pub(super) fn go_on(flow: ControlFlow<()>) -> Result<()> {
    if flow.is_break() { Err(Error::Cancelled) } else { Ok(()) }
}

impl<'a> Progress<'a> {
    pub(super) fn new(observer: &'a mut dyn Observer, result: [u32; 2]) -> Self {
        Self { observer, result, takes_any_colours: false, before: 0, after: 0, is_started: false }
    }

    /// The next pass begins: the last one, or with `tiles_after` tiles in those after it.
    pub(super) fn next_pass(&mut self, tiles_before: usize, tiles_after: usize) {
        self.before += tiles_before;
        self.after = tiles_after;
    }

    /// Tells the observer of a new picture with `tiles` tiles in this pass.
    fn start(&mut self, tiles: usize) -> Result<()> {
        if self.is_started {
            return Ok(());
        }
        self.is_started = true;
        let [width, height] = self.result;
        go_on(self.observer.start(width, height, self.before + tiles + self.after))
    }

    fn wait(&mut self) -> Result<()> {
        go_on(self.observer.wait())
    }

    /// A tile of this pass is done.
    fn tile(&mut self, picture: &Enlarged, part: Rect, rgba: &[u8], done: usize, total: usize) -> Result<()> {
        let rgba = &*picture.depth.to_eight(rgba);
        let (done, total) = (self.before + done, self.before + total + self.after);
        go_on(self.observer.tile(&FinishedTile { part, whole: picture.size, rgba, done, total }))
    }
}

/// What a pass makes.
struct Enlarged {
    size: [u32; 2],
    depth: Depth,
}

/// What one backend has made of a pass, and what is to be made yet.
struct Made {
    enlarged: Enlarged,
    /// Tiles or strips of this pass that are done, and of all; each counts once for each orientation.
    done: usize,
    total: usize,
    /// The row of tiles in the making, where tiles are not as wide as the picture.
    strip: Vec<u8>,
}

/// How many tiles a backend makes of a picture, with `tta` in all orientations.
pub(super) fn tiles(backend: &dyn Backend, [width, height]: [u32; 2], depth: Depth, tta: bool) -> usize {
    if tta {
        return Ensemble::new(backend).grid(0, [width, height]).count() * ensemble::COUNT;
    }
    match backend.stream(width, height, depth) {
        Some(stream) => Grid::strips(width, height, stream.strip(), 0).count(),
        None => Grid::new(width, height, backend.tile(), backend.tiling()).count(),
    }
}

impl<'a, 'b> Pass<'a, 'b> {
    pub(super) fn new(
        picture: &'a Picture,
        rows: &'a mut dyn FnMut(&[u8]) -> Result<()>,
        progress: &'a mut Progress<'b>,
        tta: bool,
    ) -> Self {
        Self { picture, rows, progress, tta, row: 0, tiles: 0 }
    }

    /// Goes on with a backend. Returns the number of tiles.
    pub(super) async fn run(&mut self, backend: &dyn Backend) -> Result<usize, Stop> {
        if self.tta {
            self.run_ensemble(backend).await?;
            return Ok(self.tiles);
        }
        let Picture { width, height, .. } = *self.picture;
        let lead = backend.lead(self.row);
        match backend.stream(width, height - lead, self.picture.kind.depth) {
            Some(stream) => self.run_rows(backend, stream, lead).await?,
            None => self.run_tiles(backend).await?,
        }
        Ok(self.tiles)
    }

    /// Goes on with colours that the picture does not have, and tells so.
    pub(super) fn take_any_colours(&mut self, told: &Error) {
        self.progress.observer.warn(&told.to_string());
        self.progress.takes_any_colours = true;
    }

    /// Checks what a backend has made of a part of the picture.
    fn check(&self, part: Rect, scale: u32, rgba: &[u8]) -> Result<(), Stop> {
        match output_check::check(self.picture, part, &self.picture.kind.depth.to_eight(rgba), scale) {
            Err(Error::WrongColours(_)) if self.progress.takes_any_colours => Ok(()),
            other => other.map_err(Stop::Failed),
        }
    }

    /// Begins with that many tiles over the rows that are not done yet.
    fn start(&mut self, tiles: usize, scale: u32) -> Result<Made> {
        let Picture { width, height, kind, .. } = *self.picture;
        let enlarged = Enlarged { size: [width * scale, height * scale], depth: kind.depth };
        let total = self.tiles + tiles;
        self.progress.start(total)?;
        Ok(Made { enlarged, done: self.tiles, total, strip: Vec::new() })
    }

    async fn run_tiles(&mut self, backend: &dyn Backend) -> Result<(), Stop> {
        let picture = self.picture;
        let grid = Grid::below(self.row, picture.width, picture.height, backend.tile(), backend.tiling());
        let mut made = self.start(grid.count(), backend.scale())?;
        let mut alpha = AlphaWay::Tiles(Alpha::new(picture, backend));
        let mut waiting = grid.tiles();
        let mut running = VecDeque::new();
        loop {
            while running.len() < backend.in_flight()
                && let Some(tile) = waiting.next()
            {
                running.push_back((tile, backend.run(input(picture, &tile, &backend.tiling()))));
            }
            let Some((tile, run)) = running.pop_front() else { return Ok(()) };
            self.progress.wait()?;
            let rgba = run.await.map_err(Stop::Failed)?;
            self.take(backend, &mut made, &mut alpha, &tile, rgba).await?;
        }
    }

    /// [`Pass::run_tiles`] row by row, a strip of the whole width at a time. The stream begins at row `lead`.
    async fn run_rows(&mut self, backend: &dyn Backend, mut stream: Box<dyn Stream>, lead: u32) -> Result<(), Stop> {
        let (picture, scale) = (self.picture, backend.scale());
        let strips_from = |row| Grid::strips(picture.width, picture.height, stream.strip(), row);
        let (grid, strips) = (strips_from(self.row), strips_from(lead).tiles());
        let mut made = self.start(grid.count(), scale)?;
        let mut alpha = AlphaWay::Rows(AlphaRows::new(Alpha::new(picture, backend), backend, self.row));
        let pixel = picture.kind.depth.pixel_bytes();

        let in_flight = stream.in_flight();
        let mut pushed = strips.map(|strip| stream.push(padded_rows(picture, &strip, &backend.tiling())));
        let mut running: VecDeque<_> = pushed.by_ref().take(in_flight).collect();
        let mut ready = Vec::new();
        // What is made of the rows that only lead to those that are needed.
        let mut skipped =
            Rect { x: 0, y: lead, width: picture.width, height: self.row - lead }.scaled(scale).area() * pixel;
        for strip in grid.tiles() {
            let bytes = strip.inner.scaled(scale).area() * pixel;
            if ready.len() >= skipped + bytes {
                // What waits for nothing would let no cancel through.
                next_turn().await;
            }
            // Rows come out later than they go in, as far as the network sees.
            while ready.len() < skipped + bytes {
                let Some(run) = running.pop_front() else { return Err(Error::Cancelled.into()) };
                self.progress.wait()?;
                ready.extend(run.await.map_err(Stop::Failed)?);
                // At once, so that nobody waits while what came out is handed on.
                running.extend(pushed.next());
            }
            ready.drain(..skipped);
            skipped = 0;
            let rgba = ready.drain(..bytes).collect();
            self.take(backend, &mut made, &mut alpha, &strip, rgba).await?;
        }
        Ok(())
    }

    /// [`Pass::run_tiles`] in all orientations. The observer sees each tile as often, as the mean of what is made of it so far.
    async fn run_ensemble(&mut self, backend: &dyn Backend) -> Result<(), Stop> {
        let (picture, scale, depth) = (self.picture, backend.scale(), self.picture.kind.depth);
        let ensemble = Ensemble::new(backend);
        let grid = ensemble.grid(self.row, [picture.width, picture.height]);
        let mut made = self.start(grid.count() * ensemble::COUNT, scale)?;
        let alpha = Alpha::new(picture, backend);
        for tile in grid.tiles() {
            let any = self.progress.takes_any_colours;
            let enlarged_alpha = if alpha.is_opaque() {
                None
            } else {
                let mut wait = |_: Event<'_>| self.progress.wait();
                let draw = async || {
                    let sums = ensemble.enlarge(picture, &tile, Channels::Alpha, any, &mut wait).await?;
                    Ok(sums.mean(depth))
                };
                Some(alpha.enlarge_with(scale, &tile, draw).await?)
            };
            let finish = |rgba: &mut Vec<u8>| {
                keep_flat(picture, &tile, backend, rgba);
                if let Some(alpha) = &enlarged_alpha {
                    put(alpha, depth, rgba);
                }
            };
            let part = tile.inner.scaled(scale);
            let mut follow = |event: Event<'_>| match event {
                Event::Wait => self.progress.wait(),
                Event::Added(sums) if sums.count < ensemble::COUNT => {
                    let mut rgba = sums.mean(depth);
                    finish(&mut rgba);
                    self.progress.tile(&made.enlarged, part, &rgba, made.done + sums.count, made.total)
                }
                Event::Added(_) => Ok(()),
            };
            let sums = ensemble.enlarge(picture, &tile, Channels::Colours, any, &mut follow).await?;
            let mut rgba = sums.mean(depth);
            self.check(tile.inner, scale, &rgba)?;
            finish(&mut rgba);
            made.done += ensemble::COUNT - 1;
            self.hand_on(backend, &mut made, &tile, &rgba)?;
        }
        Ok(())
    }

    /// Takes what a backend has made of the next tile or strip: checks it, brings flat colours and alpha to what they must be, shows it
    /// to the observer, and hands whole rows on.
    async fn take(
        &mut self,
        backend: &dyn Backend,
        made: &mut Made,
        alpha: &mut AlphaWay<'_>,
        tile: &Tile,
        mut rgba: Vec<u8>,
    ) -> Result<(), Stop> {
        self.check(tile.inner, backend.scale(), &rgba)?;
        keep_flat(self.picture, tile, backend, &mut rgba);
        alpha.put(backend, tile, &mut rgba).await?;
        self.hand_on(backend, made, tile, &rgba)
    }

    /// Shows a finished tile to the observer, and hands whole rows on.
    fn hand_on(&mut self, backend: &dyn Backend, made: &mut Made, tile: &Tile, rgba: &[u8]) -> Result<(), Stop> {
        let (part, [width, _]) = (tile.inner.scaled(backend.scale()), made.enlarged.size);
        made.done += 1;
        self.progress.tile(&made.enlarged, part, rgba, made.done, made.total)?;
        if part.width == width {
            (self.rows)(rgba)?;
        } else {
            let bytes = made.enlarged.depth.pixel_bytes();
            made.strip.resize(width as usize * part.height as usize * bytes, 0);
            paste(&mut made.strip, bytes, width, part, rgba);
            if part.x + part.width < width {
                return Ok(());
            }
            (self.rows)(&made.strip)?;
        }
        (self.row, self.tiles) = (tile.inner.y + tile.inner.height, made.done);
        Ok(())
    }
}
