//! Whether a GPU and a model do what they should: a small picture through the GPU and through the CPU.
//!
//! Drivers are known to answer with black or scrambled pictures without a word, and a few networks have values that
//! f16 is too coarse for. Both show on a few pixels.

use super::output_check::{self, Pixels};
use crate::{
    Backend, Network, Result, TileInput,
    cpu::Cpu,
    picture::Depth,
    tile::{Rect, Window},
};

/// Work of a trial in floating-point operations; large networks get a smaller picture.
const MAX_FLOPS: f64 = 1e9;

/// Limits of the picture's edge in pixels.
const EDGE: (u32, u32) = (8, 24);

/// How far a channel of a pixel may be off, of 255: f16 and f32.
pub(crate) const BOUNDS: (u8, u8) = (2, 1);

/// The largest difference of any channel of any pixel between a backend and the CPU, of 255.
pub(crate) async fn difference(backend: &dyn Backend, network: &Network) -> Result<u8> {
    let tile = tile(network, backend.tile());
    let expected = on_cpu(network, &tile).await?;
    let got = backend.run(tile).await?;
    Ok(got.iter().zip(&expected).map(|(got, expected)| got.abs_diff(*expected)).max().unwrap_or(0))
}

/// Whether a model makes other colours than the picture has, though nothing is wrong.
pub(crate) async fn changes_colours(network: &Network) -> Result<bool> {
    let tile = tile(network, EDGE.1);
    let made = on_cpu(network, &tile).await?;
    let (lr, hr) = (tile.window.part.width, tile.keep.width * network.scale());
    Ok(output_check::compare(Pixels::all(&tile.rgba, lr), Pixels::all(&made, hr)).is_err())
}

async fn on_cpu(network: &Network, tile: &TileInput) -> Result<Vec<u8>> {
    Cpu::new(network, Some(tile.keep.width), Vec::new()).run(tile.clone()).await
}

/// A tile for a backend that takes inner edges of at most `largest` pixels.
fn tile(network: &Network, largest: u32) -> TileInput {
    let tiling = network.tiling();
    let edge = (MAX_FLOPS / network.flops_per_pixel().max(1.0)).sqrt() as u32;
    let edge = tiling.padded(edge.clamp(EDGE.0, EDGE.1).min(largest + 2 * tiling.halo));
    let inner = edge.min(largest);
    let keep = Rect { x: 0, y: 0, width: inner, height: inner };
    TileInput { rgba: picture(edge), depth: Depth::Eight, window: Window::whole(edge, edge), keep }
}

/// Ramps, noise and hard edges between extremes.
fn picture(edge: u32) -> Vec<u8> {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let mut rgba = Vec::with_capacity((edge * edge * 4) as usize);
    for y in 0..edge {
        for x in 0..edge {
            rgba.extend(match (x / 4 + y / 4) % 3 {
                0 => [noise(), noise(), noise(), 255],
                1 => [(x * 255 / edge) as u8, (y * 255 / edge) as u8, 255 - (x * 255 / edge) as u8, 255],
                _ => [if (x + y) % 4 < 2 { 255 } else { 0 }; 4],
            });
        }
    }
    rgba
}
