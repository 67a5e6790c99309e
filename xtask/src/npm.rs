//! npm packages, from lock files alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::run;

/// Installs exactly the packages of the folder's lock file.
pub fn install(folder: &Path) -> Result<()> {
    run::run(run::program("npm").args(["ci", "--no-fund", "--no-audit"]).current_dir(folder))
}

/// Whether the packages of the folder's lock file are there, as far as dates tell.
pub fn is_installed(folder: &Path) -> bool {
    let date = |file: &str| fs::metadata(folder.join(file)).and_then(|data| data.modified());
    match (date("node_modules/.package-lock.json"), date("package-lock.json")) {
        (Ok(installed), Ok(locked)) => installed >= locked,
        _ => false,
    }
}

/// What a page needs of the packages that the folder's package.json lists: the module of each with its types, and the
/// licence that has to go with it.
pub fn libraries(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let listed = manifest(folder)?;
    for name in listed["dependencies"].as_object().into_iter().flatten().map(|(name, _)| name) {
        let package = folder.join("node_modules").join(name);
        let own = manifest(&package)?;
        let field = |field: &str| own[field].as_str().with_context(|| format!("the package {name} names no {field}"));
        for (file, ending) in [(field("module")?, "js"), (field("types")?, "d.ts"), ("LICENSE.txt", "LICENSE.txt")] {
            let bytes = fs::read(package.join(file)).with_context(|| format!("the package {name} lacks its {file}"))?;
            files.insert(PathBuf::from(format!("{name}.{ending}")), bytes);
        }
    }
    Ok(files)
}

fn manifest(folder: &Path) -> Result<serde_json::Value> {
    let file = folder.join("package.json");
    let text = fs::read(&file).with_context(|| format!("{} could not be read", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not valid JSON", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_is_listed_and_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("package.json"), r#"{"dependencies": {"zipper": "1.0.0"}}"#).unwrap();
        let error = format!("{:#}", libraries(folder.path()).unwrap_err());
        assert!(error.contains("node_modules/zipper/package.json could not be read"), "{error}");
    }

    #[test]
    fn packages_are_installed_when_they_are_no_older_than_the_lock_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_installed(folder.path()));
        fs::write(folder.path().join("package-lock.json"), "{}").unwrap();
        assert!(!is_installed(folder.path()));
        fs::create_dir(folder.path().join("node_modules")).unwrap();
        fs::write(folder.path().join("node_modules/.package-lock.json"), "{}").unwrap();
        assert!(is_installed(folder.path()));
    }
}
