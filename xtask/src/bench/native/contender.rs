//! Who takes part, and how each of them is started.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, anyhow};

use crate::{paths, run};

/// Somebody who runs networks.
#[derive(Debug)]
pub struct Contender {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its name in tables.
    pub title: &'static str,
    /// Whether it runs on a GPU, and so is held against a GPU's peak.
    pub on_gpu: bool,
    program: Program,
    /// Which of ours it is held against; the first that was measured counts. None for ours.
    pub beside: &'static [&'static str],
}

#[derive(Debug)]
enum Program {
    /// The command.
    Lenslet { backend: &'static str, precision: &'static str },
    /// A module of benches/native/.
    Python { module: &'static str, device: &'static str, precision: &'static str },
    /// onnxruntime-web in Node.
    Dawn,
}

const HALF: &[&str] = &["gpu-f16", "gpu-f32"];
const SINGLE: &[&str] = &["gpu-f32", "gpu-f16"];
const CPU: &[&str] = &["cpu"];

/// Everybody, in the order in which they take turns.
pub const ALL: [Contender; 11] = [
    ours("gpu-f16", "**Lenslet, GPU, f16 storage**", "gpu", "f16"),
    python("ncnn-vulkan-fp16", "ncnn, Vulkan, fp16 (its default)", "ncnn_peer", "vulkan", "fp16", HALF),
    python("torch-cuda-fp16", "PyTorch, CUDA, fp16", "torch_peer", "cuda", "fp16", HALF),
    ours("gpu-f32", "**Lenslet, GPU, f32**", "gpu", "f32"),
    python("ncnn-vulkan-fp32", "ncnn, Vulkan, fp32", "ncnn_peer", "vulkan", "fp32", SINGLE),
    python("torch-cuda-fp32", "PyTorch, CUDA, fp32", "torch_peer", "cuda", "fp32", SINGLE),
    Contender {
        name: "ort-dawn",
        title: "onnxruntime-web, WebGPU, fp32",
        on_gpu: true,
        program: Program::Dawn,
        beside: SINGLE,
    },
    ours("cpu", "**Lenslet, CPU**", "cpu", "auto"),
    python("ncnn-cpu-fp16", "ncnn, CPU, fp16 where it has it (its default)", "ncnn_peer", "cpu", "fp16", CPU),
    python("ncnn-cpu-fp32", "ncnn, CPU, fp32", "ncnn_peer", "cpu", "fp32", CPU),
    python("torch-cpu", "PyTorch, CPU, channels last", "torch_peer", "cpu", "fp32", CPU),
];

const fn ours(name: &'static str, title: &'static str, backend: &'static str, precision: &'static str) -> Contender {
    let on_gpu = matches!(backend.as_bytes(), b"gpu");
    Contender { name, title, on_gpu, program: Program::Lenslet { backend, precision }, beside: &[] }
}

const fn python(
    name: &'static str,
    title: &'static str,
    module: &'static str,
    device: &'static str,
    precision: &'static str,
    beside: &'static [&'static str],
) -> Contender {
    let on_gpu = !matches!(device.as_bytes(), b"cpu");
    Contender { name, title, on_gpu, program: Program::Python { module, device, precision }, beside }
}

/// What the contenders are started with; an error is the reason why some of them cannot be.
pub struct Tools {
    pub lenslet: PathBuf,
    pub python: Result<PathBuf>,
    /// The npm packages.
    pub packages: Result<()>,
    pub threads: usize,
}

/// The files of one case.
pub struct Files {
    folder: PathBuf,
    size: u32,
}

impl Files {
    pub fn new(folder: &Path, size: u32) -> Self {
        Self { folder: folder.to_owned(), size }
    }

    pub fn weights(&self) -> PathBuf {
        self.folder.join("weights.safetensors")
    }

    pub fn picture(&self) -> PathBuf {
        self.folder.join("picture.ppm")
    }

    fn onnx(&self) -> PathBuf {
        self.folder.join("network.onnx")
    }

    /// What a contender makes of the picture.
    pub fn output(&self, contender: &Contender) -> PathBuf {
        let ending = if contender.is_ours() { "png" } else { "rgb" };
        self.folder.join(format!("{}.{ending}", contender.name))
    }
}

impl Contender {
    pub fn is_ours(&self) -> bool {
        self.beside.is_empty()
    }

    /// The command that starts it. The error is the reason why it cannot take part.
    pub fn command(&self, tools: &Tools, files: &Files) -> Result<Command> {
        let output = files.output(self);
        match self.program {
            Program::Lenslet { backend, precision } => {
                let mut command = run::program(&tools.lenslet);
                command.args(["bench", "--turns", "--backend", backend, "--precision", precision]);
                command.args(["--tile", &files.size.to_string()]);
                command.arg("--model").arg(files.weights()).arg("--picture").arg(files.picture());
                command.arg("--output").arg(output);
                Ok(command)
            }
            Program::Python { module, device, precision } => {
                let mut command = python_module(tools, module)?;
                command.args(["--device", device, "--precision", precision]);
                command.args(["--threads", &tools.threads.to_string()]);
                command.arg("--weights").arg(files.weights()).arg("--picture").arg(files.picture());
                command.arg("--output").arg(output);
                Ok(command)
            }
            Program::Dawn => {
                tools.packages.as_ref().map_err(|error| anyhow!("{error:#}"))?;
                let size = files.size.to_string();
                let mut write = python_module(tools, "onnx_file")?;
                write.args(["--width", &size, "--height", &size]).arg(files.weights()).arg(files.onnx());
                run::output(&mut write)?;
                let mut command = run::program("node");
                command.arg(paths::native_bench().join("ort_peer.mjs")).arg("--onnx").arg(files.onnx());
                command.arg("--picture").arg(files.picture()).arg("--output").arg(output);
                Ok(command)
            }
        }
    }
}

fn python_module(tools: &Tools, module: &str) -> Result<Command> {
    let python = tools.python.as_ref().map_err(|error| anyhow!("{error:#}"))?;
    let mut command = run::program(python);
    command.args(["-m", &format!("benches.native.{module}")]);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_name_and_somebody_of_ours_beside() {
        for (index, contender) in ALL.iter().enumerate() {
            assert!(ALL[index + 1..].iter().all(|other| other.name != contender.name), "{}", contender.name);
            for name in contender.beside {
                let ours = ALL.iter().find(|other| other.name == *name).unwrap();
                assert!(ours.is_ours() && ours.on_gpu == contender.on_gpu, "{} beside {name}", contender.name);
            }
        }
    }

    #[test]
    fn what_is_missing_keeps_out_those_who_need_it() {
        let tools = Tools {
            lenslet: "lenslet".into(),
            python: Err(anyhow!("no Python")),
            packages: Err(anyhow!("no npm")),
            threads: 2,
        };
        let files = Files::new(Path::new("folder"), 64);
        for contender in &ALL {
            let reason = contender.command(&tools, &files).map(drop).map_err(|error| error.to_string());
            let expected = match contender.program {
                Program::Lenslet { .. } => Ok(()),
                Program::Python { .. } => Err("no Python".to_owned()),
                Program::Dawn => Err("no npm".to_owned()),
            };
            assert_eq!(reason, expected, "{}", contender.name);
        }
    }
}
