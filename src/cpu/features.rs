//! A feature map of one tile.

use crate::{network::Slice, tile::Window};

/// A feature map.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Its place in the map of the whole picture, in pixels of the map.
    pub window: Window,
    /// Channels of each pixel.
    pub channels: usize,
    /// `[height][width][channels]`.
    pub data: Vec<f32>,
}

impl Features {
    /// A map that has no channels yet.
    pub(super) fn empty(window: Window) -> Self {
        Self { window, channels: 0, data: Vec::new() }
    }

    /// Makes room for that many channels, all zero.
    pub(super) fn allocate(&mut self, channels: usize) {
        self.channels = channels;
        self.data = vec![0.0; self.window.part.area() * channels];
    }

    /// Gives the memory back.
    pub(super) fn free(&mut self) {
        self.channels = 0;
        self.data = Vec::new();
    }

    pub(super) fn width(&self) -> usize {
        self.window.part.width as usize
    }

    pub(super) fn height(&self) -> usize {
        self.window.part.height as usize
    }

    /// The channels of a slice at one pixel.
    pub(super) fn at(&self, slice: Slice, x: usize, y: usize) -> &[f32] {
        &self.data[(y * self.width() + x) * self.channels + slice.first..][..slice.channels]
    }

    /// Puts `[height][width][slice.channels]` values into the channels of a slice.
    pub(super) fn store(&mut self, slice: Slice, values: &[f32]) {
        let pixels = self.data.chunks_exact_mut(self.channels);
        for (pixel, values) in pixels.zip(values.chunks_exact(slice.channels)) {
            pixel[slice.first..][..slice.channels].copy_from_slice(values);
        }
    }
}
