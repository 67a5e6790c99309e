//! `cargo xtask dist`: the page, the engine and the models as one folder of static files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::module::{self, kilobytes};
use crate::{cargo, npm, paths, site, wasm};

/// Every file of dist/ by its path in there. All of them are gathered before the first one is written, so that a
/// build that fails leaves the dist/ of the last one that did not.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Builds the page into dist/.
pub fn build() -> Result<()> {
    step(1, "making sure that Rust can compile to WebAssembly");
    wasm::ensure_target()?;
    let target_folder = cargo::target_folder()?;
    let mut engine = Vec::new();
    for module in &wasm::MODULES {
        let name = module.name;
        step(2, &format!("compiling {name}"));
        let compiled = wasm::compile(module, &target_folder)?;
        step(3, "making its JavaScript, and checking its size");
        let folder = wasm::bind(name, &compiled, &target_folder)?;
        let bytes = read(&folder.join(format!("{name}_bg.wasm")))?;
        let size = module::brotli(&bytes)?;
        eprintln!("    {name}_bg.wasm: {}, {} with brotli", kilobytes(bytes.len()), kilobytes(size));
        module::check_size(name, size, module.max_bytes)?;
        module::check_paths(&bytes, [paths::root(), &paths::cargo_home()?])?;
        engine.push(folder);
    }
    step(4, "putting the page, the engine and the models into dist/");
    let page = paths::root().join("www");
    if !npm::is_installed(&page) {
        npm::install(&page)?;
    }
    let files = site::assemble(gather(&engine, paths::root())?)?;
    write(&files, &paths::dist())?;
    let all: usize = files.values().map(Vec::len).sum();
    eprintln!("    {} files, {}", files.len(), kilobytes(all));
    Ok(())
}

fn step(number: usize, what: &str) {
    eprintln!("  [{number}/4] {what}");
}

/// Everything that belongs into dist/: the engine's modules with their JavaScript in js/, the models that models/index.json lists, the
/// page's libraries in libraries/, and www/, whose folders lie at the root.
fn gather(engine: &[PathBuf], root: &Path) -> Result<Files> {
    let mut files = Files::new();
    for module in engine {
        read_folder(module, Path::new(""), &mut files)?;
    }
    read_folder(&root.join("js"), Path::new("js"), &mut files)?;

    let index = read(&root.join("models/index.json"))?;
    for name in weight_files(&index)? {
        let bytes = read(&root.join("models").join(&name)).context("models/index.json lists it")?;
        files.insert(Path::new("models").join(name), bytes);
    }
    files.insert("models/index.json".into(), index);
    for (name, bytes) in npm::libraries(&root.join("www"))? {
        files.insert(Path::new("libraries").join(name), bytes);
    }

    let mut page = Files::new();
    read_folder(&root.join("www"), Path::new(""), &mut page)?;
    if !page.contains_key(Path::new("index.html")) {
        bail!("www/ has no index.html, so there is no page to build");
    }
    for (path, bytes) in page {
        if files.contains_key(&path) && is_for_visitors(&path) {
            bail!("www/{0} has the name of another file of dist/; give it another", path.display());
        }
        files.insert(path, bytes);
    }
    files.retain(|path, _| is_for_visitors(path));
    Ok(files)
}

/// Settings for editors and for npm, notes for developers, and programs that made a picture stay out of what is published.
fn is_for_visitors(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_setting = ["jsconfig.json", "package.json", "package-lock.json"].contains(&&*name) || name.starts_with('.');
    let is_note = name.starts_with("README") || name.ends_with(".md") || name.ends_with(".py");
    !(is_setting || is_note || path.starts_with("node_modules"))
}

/// The weight files that an index lists, those of models and those of their sliders. Whether they are what it says, the engine checks when it loads them.
fn weight_files(index: &[u8]) -> Result<Vec<String>> {
    let index: serde_json::Value = serde_json::from_slice(index).context("models/index.json is not valid JSON")?;
    let models = index["models"].as_array().map(Vec::as_slice).unwrap_or_default();
    if models.is_empty() {
        bail!("models/index.json lists no models, and without one the page can do nothing");
    }
    let sliders = models.iter().filter_map(|model| model["sliders"].as_array()).flatten();
    let name = |entry: &serde_json::Value| entry["file"].as_str().map(str::to_owned);
    let names = models.iter().chain(sliders).map(name).collect::<Option<_>>();
    names.context("models/index.json lists a model or a slider without its \"file\"")
}

fn read_folder(folder: &Path, inside: &Path, files: &mut Files) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} could not be read", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = inside.join(entry.file_name());
        if entry.path().is_dir() {
            read_folder(&entry.path(), &path, files)?;
        } else {
            files.insert(path, read(&entry.path())?);
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("{} could not be read", file.display()))
}

/// Writes the files and then takes away what an earlier build left.
fn write(files: &Files, dist: &Path) -> Result<()> {
    for (path, bytes) in files {
        let file = dist.join(path);
        let folder = file.parent().unwrap_or(dist);
        fs::create_dir_all(folder).with_context(|| format!("{} could not be made", folder.display()))?;
        fs::write(&file, bytes).with_context(|| format!("{} could not be written", file.display()))?;
    }
    remove_stale(files, dist, Path::new(""))
}

/// Removes every file that is not among `files`, and every folder that holds none of them.
fn remove_stale(files: &Files, dist: &Path, inside: &Path) -> Result<()> {
    for entry in fs::read_dir(dist.join(inside))? {
        let path = inside.join(entry?.file_name());
        let full = dist.join(&path);
        let removed = if full.is_dir() && files.keys().any(|file| file.starts_with(&path)) {
            remove_stale(files, dist, &path)?;
            continue;
        } else if full.is_dir() {
            fs::remove_dir_all(&full)
        } else if files.contains_key(&path) {
            continue;
        } else {
            fs::remove_file(&full)
        };
        removed.with_context(|| format!("{} is stale but could not be removed", full.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small repository with an engine, a page and a model.
    fn example() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let engine = folder.path().join("engine");
        for (path, text) in [
            ("engine/lenslet.js", "engine"),
            ("js/client.js", "client"),
            ("js/jsconfig.json", "{}"),
            ("www/index.html", "page"),
            ("www/jsconfig.json", "{}"),
            ("www/notes/README.md", "notes"),
            ("www/notes/picture.py", "program"),
            ("www/view/split.js", "split"),
            ("www/package.json", r#"{"dependencies": {"zipper": "1.0.0"}}"#),
            ("www/package-lock.json", "{}"),
            ("www/node_modules/zipper/package.json", r#"{"module": "zip.js", "types": "zip.d.ts"}"#),
            ("www/node_modules/zipper/zip.js", "zip"),
            ("www/node_modules/zipper/zip.d.ts", "types"),
            ("www/node_modules/zipper/LICENSE.txt", "licence"),
            (
                "models/index.json",
                r#"{"models": [{"file": "photo.safetensors", "sliders": [{"file": "bold.safetensors"}]}]}"#,
            ),
            ("models/photo.safetensors", "weights"),
            ("models/bold.safetensors", "weights"),
            ("models/unlisted.safetensors", "weights"),
        ] {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        (folder, engine)
    }

    #[test]
    fn what_visitors_need_is_gathered_and_nothing_else() {
        let (folder, engine) = example();
        let files = gather(&[engine], folder.path()).unwrap();
        let names: Vec<_> = files.keys().map(|path| path.to_str().unwrap()).collect();
        let expected = [
            "index.html",
            "js/client.js",
            "lenslet.js",
            "libraries/zipper.LICENSE.txt",
            "libraries/zipper.d.ts",
            "libraries/zipper.js",
            "models/bold.safetensors",
            "models/index.json",
            "models/photo.safetensors",
            "view/split.js",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_listed_model_that_is_missing_is_named() {
        let (folder, engine) = example();
        fs::remove_file(folder.path().join("models/photo.safetensors")).unwrap();
        let error = format!("{:#}", gather(&[engine], folder.path()).unwrap_err());
        assert!(error.contains("photo.safetensors could not be read"), "{error}");
    }

    #[test]
    fn an_index_without_weight_files_is_refused() {
        assert_eq!(
            weight_files(br#"{"models": []}"#).unwrap_err().to_string(),
            "models/index.json lists no models, and without one the page can do nothing"
        );
        for index in [r#"{"models": [{}]}"#, r#"{"models": [{"file": "a", "sliders": [{}]}]}"#] {
            assert_eq!(
                weight_files(index.as_bytes()).unwrap_err().to_string(),
                r#"models/index.json lists a model or a slider without its "file""#
            );
        }
    }

    #[test]
    fn the_page_may_not_shadow_what_else_is_there() {
        for name in ["lenslet.js", "js/client.js", "libraries/zipper.js", "models/index.json"] {
            let (folder, engine) = example();
            let file = folder.path().join("www").join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "another").unwrap();
            let error = gather(&[engine], folder.path()).unwrap_err().to_string();
            assert_eq!(error, format!("www/{name} has the name of another file of dist/; give it another"));
        }
    }

    #[test]
    fn stale_files_and_folders_go_and_the_others_stay() {
        let (folder, engine) = example();
        let dist = folder.path().join("dist");
        fs::create_dir_all(dist.join("old/deep")).unwrap();
        fs::write(dist.join("old/deep/file.js"), "old").unwrap();
        fs::create_dir_all(dist.join("view")).unwrap();
        fs::write(dist.join("view/old.js"), "old").unwrap();

        let files = gather(&[engine], folder.path()).unwrap();
        write(&files, &dist).unwrap();

        let mut written = Files::new();
        read_folder(&dist, Path::new(""), &mut written).unwrap();
        assert_eq!(written, files);
        assert!(!dist.join("old").exists());
    }
}
