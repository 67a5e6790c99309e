//! What a layer leaves in its feature map.

use super::{Gpu, run::Slot};
use crate::{
    Error, Result, TileInput,
    network::{BLOCK, Slice},
};

impl Gpu {
    /// What a step leaves in the channels `output` of its map over a tile: `[height][width][channels]`. Right only where later steps
    /// look, which they do for all that is kept.
    pub(super) async fn features_after(&self, input: &TileInput, step: usize, output: Slice) -> Result<Vec<f32>> {
        let Some(features) = self.plan.steps[step].output.map(|buffer| &self.features[buffer]) else {
            return Err(Error::Gpu("this layer leaves nothing to look at".into()));
        };
        let area = self.network.windows(input.window)[output.map].part.area();
        let stored = super::stored_bytes(self.info.precision == "f16");
        let plane = (area * BLOCK) as u64 * stored;
        let [first, blocks] = [output.first / BLOCK, output.channels.div_ceil(BLOCK)].map(|blocks| blocks as u64);
        let bytes = blocks * plane;
        let readback = self.device.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("features"),
            size: bytes,
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut encoders = Slot::new(self).encode(self, input, step + 1);
        if let Some(last) = encoders.last_mut() {
            last.copy_buffer_to_buffer(features, first * plane, &readback, 0, bytes);
        }
        let submission = self.device.queue.submit(encoders.into_iter().map(wgpu::CommandEncoder::finish));
        let bytes = self.device.read(&readback, bytes, submission).await?;
        let values: Vec<f32> = if stored == 2 {
            bytes.as_chunks().0.iter().map(|&two| half::f16::from_le_bytes(two).to_f32()).collect()
        } else {
            bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect()
        };
        let value = |pixel: usize, channel: usize| values[(channel / BLOCK * area + pixel) * BLOCK + channel % BLOCK];
        Ok((0..area)
            .flat_map(|pixel| (0..output.channels).map(move |channel| (pixel, channel)))
            .map(|(p, c)| value(p, c))
            .collect())
    }
}
