//! The adapter and its device: which GPU, what it can, and how its errors come back.

use std::sync::{Arc, Mutex, PoisonError};

use futures_channel::oneshot;

use crate::{Error, Precision, Result};

/// Resolves when a buffer is mapped.
pub(super) type Mapped = oneshot::Receiver<Result<(), wgpu::BufferAsyncError>>;

/// Parts of the names of adapters that simulate a GPU on the CPU; not every browser says so in its own field.
const SOFTWARE: [&str; 3] = ["swiftshader", "llvmpipe", "basic render"];

/// An open GPU.
#[derive(Clone)]
pub(super) struct Device {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    /// The GPU's name, for people.
    pub(super) name: String,
    /// What drives it, and in which version, as far as the system tells.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) driver: String,
    /// Whether shaders can store f16.
    pub(super) half: bool,
    /// Whether it simulates a GPU on the CPU.
    pub(super) is_software: bool,
    /// What tells this GPU and its driver from others.
    pub(super) identity: String,
    /// The first thing that went wrong outside of an error scope.
    failure: Arc<Mutex<Option<Error>>>,
}

impl Device {
    /// See [`super::Gpu::open`].
    pub(super) async fn open(precision: Precision, allow_software: bool) -> Result<Self> {
        let instance = wgpu::Instance::default();
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await.map_err(|error| Error::NoGpu(no_adapter(&error)))?;
        let info = adapter.get_info();
        let name = if info.name.is_empty() { "unnamed adapter".to_owned() } else { info.name };
        let is_software = info.device_type == wgpu::DeviceType::Cpu
            || SOFTWARE.iter().any(|part| name.to_ascii_lowercase().contains(part));
        if is_software && !allow_software {
            return Err(Error::NoGpu(format!("the only GPU ({name}) is simulated in software")));
        }
        let can_half = adapter.features().contains(wgpu::Features::SHADER_F16);
        if precision == Precision::F16 && !can_half {
            return Err(Error::InvalidOption(format!("{name} cannot store f16; choose the precision f32.")));
        }
        let half = can_half && precision != Precision::F32;
        let mut wanted = wgpu::Features::TIMESTAMP_QUERY;
        wanted.set(wgpu::Features::SHADER_F16, half);
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("lenslet"),
            required_features: adapter.features() & wanted,
            required_limits: adapter.limits(),
            ..Default::default()
        };
        let (device, queue) =
            adapter.request_device(&descriptor).await.map_err(|error| Error::Gpu(error.to_string()))?;
        #[cfg(target_arch = "wasm32")]
        let name = browser_name(&device).unwrap_or(name);
        let identity = format!("{name} {}", info.driver_info);
        #[cfg(not(target_arch = "wasm32"))]
        let driver = [info.driver, info.driver_info].join(" ").trim().to_owned();
        let failure = Arc::new(Mutex::new(None));
        let keep_first = |failure: &Mutex<Option<Error>>, error| {
            failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        };
        let kept = failure.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            keep_first(&kept, told(error));
        }));
        let kept = failure.clone();
        device.set_device_lost_callback(move |reason, message| {
            keep_first(&kept, Error::DeviceLost(format!("{reason:?}: {message}")));
        });
        Ok(Self {
            device,
            queue,
            name,
            #[cfg(not(target_arch = "wasm32"))]
            driver,
            half,
            is_software,
            identity,
            failure,
        })
    }

    /// Whether shaders should write multiplications and additions as fused ones.
    pub(super) fn fuses(&self) -> bool {
        !self.is_software
    }

    /// Runs something that makes GPU objects and waits for the GPU's word on it.
    pub(super) async fn checked<T>(&self, make: impl FnOnce() -> T) -> Result<T> {
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let made = make();
        let (validation, memory) = (validation.pop(), memory.pop());
        // What lacks memory is invalid for all that uses it: that comes second.
        match memory.await.or(validation.await) {
            Some(error) => Err(told(error)),
            None => Ok(made),
        }
    }

    /// A buffer for shaders alone; only tests copy from it, which look at every layer.
    pub(super) fn create_storage(&self, label: &str, size: u64) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        })
    }

    /// Waits until the GPU has done a submission, and all before it.
    pub(super) async fn done(&self, submission: wgpu::SubmissionIndex) -> Result<()> {
        let (sender, done) = oneshot::channel();
        self.queue.on_submitted_work_done(move || {
            // Nobody receives when the work was given up.
            let _ = sender.send(());
        });
        let polled = self.poll(submission);
        let done = done.await;
        self.take_failure().map_or(Ok(()), Err)?;
        polled?;
        done.map_err(|error| Error::Gpu(error.to_string()))
    }

    /// The first `bytes` bytes of a buffer that a submission writes.
    pub(super) async fn read(
        &self,
        buffer: &wgpu::Buffer,
        bytes: u64,
        submission: wgpu::SubmissionIndex,
    ) -> Result<Vec<u8>> {
        let (sender, mapped) = oneshot::channel();
        buffer.map_async(wgpu::MapMode::Read, ..bytes, move |result| {
            // As above.
            let _ = sender.send(result);
        });
        self.take(buffer, bytes, submission, mapped).await
    }

    /// As [`Device::read`], for a buffer that is already being mapped.
    pub(super) async fn take(
        &self,
        buffer: &wgpu::Buffer,
        bytes: u64,
        submission: wgpu::SubmissionIndex,
        mapped: Mapped,
    ) -> Result<Vec<u8>> {
        let polled = self.poll(submission);
        let copy = match mapped.await {
            Ok(Ok(())) => buffer.get_mapped_range(..bytes).map(|view| view.to_vec()).map_err(failed),
            Ok(Err(error)) => Err(failed(error)),
            Err(error) => Err(failed(error)),
        };
        if copy.is_err() {
            // A browser may tell why only after this.
            crate::turn::next_turn().await;
        }
        self.take_failure().map_or(Ok(()), Err)?;
        polled?;
        buffer.unmap();
        copy
    }

    /// Waits for a submission natively. In a browser this does nothing: there callbacks come by themselves.
    fn poll(&self, submission: wgpu::SubmissionIndex) -> Result<()> {
        let wait = wgpu::PollType::Wait { submission_index: Some(submission), timeout: None };
        self.device.poll(wait).map(|_| ()).map_err(|error| Error::Gpu(error.to_string()))
    }

    /// What went wrong since the last call, if anything.
    pub(super) fn take_failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The largest buffer that a shader can be given.
    pub(super) fn max_buffer_bytes(&self) -> u64 {
        let limits = self.device.limits();
        limits.max_buffer_size.min(limits.max_storage_buffer_binding_size)
    }

    /// A good inner edge of tiles in LR pixels: large enough to fill a GPU and to make little of the halo; small where
    /// a tile takes seconds, so that progress shows and a cancel is quick.
    pub(super) fn preferred_tile(&self) -> u32 {
        if self.is_software { 64 } else { 256 }
    }

    /// What a person should know about this adapter.
    pub(super) fn warnings(&self) -> Vec<String> {
        if !self.is_software {
            return Vec::new();
        }
        vec!["This GPU is simulated in software, which is far slower than running on the CPU.".into()]
    }
}

/// Browsers tell a GPU's vendor and architecture more often than its description, which is all that wgpu hands on.
#[cfg(target_arch = "wasm32")]
fn browser_name(device: &wgpu::Device) -> Option<String> {
    use js_sys::Reflect;

    let info = Reflect::get(device.as_webgpu()?, &"adapterInfo".into()).ok()?;
    let field = |name: &str| Reflect::get(&info, &name.into()).ok()?.as_string().filter(|text| !text.is_empty());
    let parts = || ["vendor", "architecture", "device"].into_iter().filter_map(field).collect::<Vec<_>>().join(" ");
    field("description").or_else(|| Some(parts())).filter(|name| !name.is_empty())
}

/// An error of wgpu's in our terms.
fn told(error: wgpu::Error) -> Error {
    match error {
        wgpu::Error::OutOfMemory { .. } => Error::OutOfMemory(error.to_string()),
        other => failed(other),
    }
}

/// A failure in the first line of its words; browsers add to it where in the code it was.
fn failed(error: impl std::fmt::Display) -> Error {
    Error::Gpu(error.to_string().lines().next().unwrap_or_default().into())
}

fn no_adapter(error: &wgpu::RequestAdapterError) -> String {
    if cfg!(target_arch = "wasm32") {
        "this browser offers no WebGPU adapter".into()
    } else {
        format!("no adapter was found ({error})")
    }
}
