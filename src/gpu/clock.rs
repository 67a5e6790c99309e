//! The GPU's own clock: how long compute passes took, whenever anybody hears of it.

use super::device::Device;
use crate::Result;

const TIMESTAMP_BYTES: u64 = size_of::<u64>() as u64;

/// A timestamp before and after each of several passes, and the way back for them.
pub(super) struct Clock {
    queries: wgpu::QuerySet,
    count: u32,
    resolved: wgpu::Buffer,
    readback: wgpu::Buffer,
}

impl Clock {
    /// For `passes` passes; None where the GPU has no such clock.
    pub(super) fn new(device: &Device, passes: usize) -> Option<Self> {
        use wgpu::BufferUsages as Usage;
        if !device.device.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            return None;
        }
        let count = 2 * passes as u32;
        let create = |usage| {
            let size = TIMESTAMP_BYTES * u64::from(count);
            let label = Some("timestamps");
            device.device.create_buffer(&wgpu::BufferDescriptor { label, size, usage, mapped_at_creation: false })
        };
        Some(Self {
            queries: device.device.create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("timestamps"),
                ty: wgpu::QueryType::Timestamp,
                count,
            }),
            count,
            resolved: create(Usage::QUERY_RESOLVE | Usage::COPY_SRC),
            readback: create(Usage::COPY_DST | Usage::MAP_READ),
        })
    }

    /// What pass number `index` must be begun with.
    pub(super) fn writes(&self, index: usize) -> wgpu::ComputePassTimestampWrites<'_> {
        wgpu::ComputePassTimestampWrites {
            query_set: &self.queries,
            beginning_of_pass_write_index: Some(2 * index as u32),
            end_of_pass_write_index: Some(2 * index as u32 + 1),
        }
    }

    /// Waits for everything submitted so far and tells the seconds of each pass.
    pub(super) async fn seconds(&self, device: &Device) -> Result<Vec<f64>> {
        let descriptor = wgpu::CommandEncoderDescriptor { label: Some("timestamps") };
        let mut encoder = device.device.create_command_encoder(&descriptor);
        encoder.resolve_query_set(&self.queries, 0..self.count, &self.resolved, 0);
        encoder.copy_buffer_to_buffer(&self.resolved, 0, &self.readback, 0, self.readback.size());
        let submission = device.queue.submit([encoder.finish()]);
        let bytes = device.read(&self.readback, self.readback.size(), submission).await?;
        let period = f64::from(device.queue.get_timestamp_period()) * 1e-9;
        let ticks: Vec<u64> = bytemuck::pod_collect_to_vec(&bytes);
        Ok(ticks.as_chunks::<2>().0.iter().map(|[from, to]| to.saturating_sub(*from) as f64 * period).collect())
    }
}
