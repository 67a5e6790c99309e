//! What the service worker is told of a build: which files there are to keep on a device, so that the page works without a network.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::dist::Files;
use crate::names;

/// Where the service worker reads it.
const SITE: &str = "worker/site.js";

/// What the automatic choice chooses among: without these models it does nothing.
const AUTOMATIC: [&str; 2] = ["photo", "text"];

/// After this each page gets its version.
const CHARSET: &str = "<meta charset=\"utf-8\">\n";

/// Gives the files their names, and tells the service worker and the pages which version of the site they are.
pub fn assemble(mut files: Files) -> Result<Files> {
    let named = names::hashed(&files)?;
    // Neither a page nor what is told has a name that depends on this.
    let version = names::digest(named.iter().map(|(path, content)| (&**path, &**content)));
    let site = site(&version, &files, &named)?;
    files.insert(SITE.into(), format!("const SITE = {site};\n").into_bytes());
    for page in pages(&files) {
        let text =
            String::from_utf8(files[&page].clone()).with_context(|| format!("{} is not UTF-8", page.display()))?;
        let Some((head, rest)) = text.split_once(CHARSET) else {
            bail!("{} lacks the line {CHARSET:?}, after which its version stands", page.display());
        };
        let told = format!("{head}{CHARSET}  <meta name=\"version\" content=\"{version}\">\n{rest}");
        files.insert(page, told.into_bytes());
    }
    names::hashed(&files)
}

fn pages(files: &Files) -> Vec<PathBuf> {
    files.keys().filter(|path| path.ends_with("index.html")).cloned().collect()
}

/// What www/worker/site.js says of its type.
fn site(version: &str, plain: &Files, named: &Files) -> Result<Value> {
    let default = default_weights(&plain[Path::new("models/index.json")])?;
    let address = |path: &Path| path.to_string_lossy().into_owned();
    let is_weights = |path: &Path| path.extension().is_some_and(|kind| kind == "safetensors");
    let (models, files): (Vec<_>, Vec<_>) = named
        .keys()
        .map(PathBuf::as_path)
        .filter(|path| !plain.contains_key(*path) && !path.starts_with("worker"))
        .partition(|path| is_weights(path));
    let model = |path: &&Path| json!({"file": address(path), "isDefault": default.contains(&names::plain(path))});
    let folder = |page: PathBuf| match page.parent().map(address).as_deref() {
        None | Some("") => "./".to_owned(),
        Some(folder) => format!("{folder}/"),
    };
    Ok(json!({
        "version": version,
        "pages": pages(plain).into_iter().map(folder).collect::<Vec<_>>(),
        "files": files.iter().map(|path| address(path)).collect::<Vec<_>>(),
        "models": models.iter().map(model).collect::<Vec<_>>(),
    }))
}

/// The weight files of the models of the automatic choice and of their sliders.
fn default_weights(index: &[u8]) -> Result<Vec<PathBuf>> {
    let index: Value = serde_json::from_slice(index).context("models/index.json is not valid JSON")?;
    let models = index["models"].as_array().into_iter().flatten();
    let automatic = models.filter(|model| AUTOMATIC.iter().any(|purpose| model["purpose"] == *purpose));
    let files =
        automatic.flat_map(|model| [model].into_iter().chain(model["sliders"].as_array().into_iter().flatten()));
    Ok(files.filter_map(|entry| entry["file"].as_str()).map(|file| Path::new("models").join(file)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = r#"{"models": [
        {"file": "photo.safetensors", "purpose": "photo", "sliders": [{"file": "bold.safetensors"}]},
        {"file": "quick.safetensors", "purpose": "fast"}
    ]}"#;

    fn plain(changes: &[(&str, &str)]) -> Files {
        let page = "<head>\n  <meta charset=\"utf-8\">\n  <script src=\"main.js\">";
        [
            ("index.html", page),
            ("about/index.html", "<meta charset=\"utf-8\">\n"),
            ("main.js", "main"),
            ("sw.js", "importScripts('worker/site.js', 'worker/copies.js')"),
            ("worker/site.js", "const SITE = {};"),
            ("worker/copies.js", "copies"),
            ("models/index.json", INDEX),
            ("models/photo.safetensors", "photo"),
            ("models/bold.safetensors", "bold"),
            ("models/quick.safetensors", "quick"),
            ("libraries/zip.LICENSE.txt", "licence"),
        ]
        .iter()
        .chain(changes)
        .map(|(path, text)| (path.into(), text.as_bytes().to_vec()))
        .collect()
    }

    /// What sw.js is told, by the plain names of the files.
    fn told(files: &Files) -> Value {
        let is_site = |path: &&PathBuf| names::plain(path) == Path::new(SITE);
        let path = files.keys().find(is_site).unwrap();
        assert!(String::from_utf8_lossy(&files[Path::new("sw.js")]).contains(path.to_str().unwrap()));
        let script = String::from_utf8(files[path].clone()).unwrap();
        let mut site: Value =
            serde_json::from_str(script.strip_prefix("const SITE = ").unwrap().strip_suffix(";\n").unwrap()).unwrap();
        let model_files = site["models"].as_array_mut().unwrap().iter_mut().map(|model| &mut model["file"]);
        for file in model_files {
            *file = plain_name(file, files);
        }
        for file in site["files"].as_array_mut().unwrap() {
            *file = plain_name(file, files);
        }
        site
    }

    fn plain_name(file: &Value, files: &Files) -> Value {
        let path = Path::new(file.as_str().unwrap());
        assert!(files.contains_key(path), "{file} is there");
        json!(names::plain(path))
    }

    #[test]
    fn the_service_worker_is_told_what_to_keep() {
        let site = told(&assemble(plain(&[])).unwrap());
        assert_eq!(site["pages"], json!(["about/", "./"]));
        assert_eq!(site["files"], json!(["main.js", "models/index.json"]));
        let models = [
            ("models/bold.safetensors", true),
            ("models/photo.safetensors", true),
            ("models/quick.safetensors", false),
        ];
        let expected: Vec<_> =
            models.iter().map(|(file, is_default)| json!({"file": file, "isDefault": is_default})).collect();
        assert_eq!(site["models"], json!(expected));
    }

    #[test]
    fn each_page_and_the_service_worker_have_the_version_and_any_change_makes_another() {
        let files = assemble(plain(&[])).unwrap();
        let version = told(&files)["version"].as_str().unwrap().to_owned();
        let meta = format!("<meta charset=\"utf-8\">\n  <meta name=\"version\" content=\"{version}\">\n");
        for page in ["index.html", "about/index.html"] {
            assert!(String::from_utf8_lossy(&files[Path::new(page)]).contains(&meta), "{page}");
        }
        assert_eq!(told(&assemble(plain(&[])).unwrap())["version"], *version);
        for change in [
            ("main.js", "other"),
            ("about/index.html", "<meta charset=\"utf-8\">\nother"),
            ("worker/copies.js", "other"),
        ] {
            assert_ne!(told(&assemble(plain(&[change])).unwrap())["version"], *version, "{change:?}");
        }
    }

    #[test]
    fn a_page_without_a_place_for_its_version_is_refused() {
        let error = assemble(plain(&[("about/index.html", "<p>")])).unwrap_err().to_string();
        assert!(error.starts_with("about/index.html lacks the line "), "{error}");
    }
}
