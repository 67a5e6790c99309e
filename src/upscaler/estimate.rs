//! How long an upscale will take, from a small trial.

use super::ensemble::Ensemble;
use crate::{
    Backend, Result, TileInput,
    picture::Depth,
    tile::{Grid, Rect, Window},
};

/// A trial that took this long is long enough to tell.
const ENOUGH_MILLISECONDS: f64 = 150.0;

/// The edge of the first trial's square in LR pixels.
const FIRST_EDGE: u32 = 16;

/// Milliseconds for each LR pixel that goes through the network, halos included. `now` tells the time in milliseconds.
///
/// Trials grow until one takes long enough, so that slow machines and large networks are not kept waiting.
pub(crate) async fn milliseconds_per_pixel(backend: &dyn Backend, now: &dyn Fn() -> f64) -> Result<f64> {
    let tiling = backend.tiling();
    let largest = tiling.padded(backend.tile() + 2 * tiling.halo);
    let mut edge = tiling.padded(FIRST_EDGE).min(largest);
    trial(backend, edge, now).await?;
    loop {
        let milliseconds = trial(backend, edge, now).await?;
        if milliseconds >= ENOUGH_MILLISECONDS || edge >= largest {
            return Ok(milliseconds / (f64::from(edge).powi(2) * tiles(backend) as f64));
        }
        edge = (edge * 2).min(largest);
    }
}

/// How many LR pixels go through the network for a picture of that size, halos included, with `tta` in all orientations.
pub(super) fn pixels(backend: &dyn Backend, [width, height]: [u32; 2], tta: bool) -> f64 {
    if tta {
        return Ensemble::new(backend).pixels([width, height]);
    }
    if backend.stream(width, height, Depth::Eight).is_some() {
        return f64::from(width) * f64::from(height);
    }
    let grid = Grid::new(width, height, backend.tile(), backend.tiling());
    grid.tiles().map(|tile| tile.outer.area() as f64).sum()
}

/// Tiles in a trial: enough to keep everything busy that an upscale does.
fn tiles(backend: &dyn Backend) -> usize {
    2 * backend.in_flight()
}

/// Runs square tiles of one edge.
async fn trial(backend: &dyn Backend, edge: u32, now: &dyn Fn() -> f64) -> Result<f64> {
    let inner = edge.min(backend.tile());
    let keep = Rect { x: 0, y: 0, width: inner, height: inner };
    let rgba = vec![128; (edge * edge * 4) as usize];
    let tile = TileInput { rgba, depth: Depth::Eight, window: Window::whole(edge, edge), keep };
    let started = now();
    let runs: Vec<_> = (0..tiles(backend)).map(|_| backend.run(tile.clone())).collect();
    for run in runs {
        run.await?;
    }
    Ok(now() - started)
}
