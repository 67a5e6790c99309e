//! What is written down in two languages is the same in both.
#![cfg(not(target_arch = "wasm32"))]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use lenslet::{
    models::Purpose,
    picture::FileFormat,
    resize::{Filter, MAX_SCALE},
};

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What lies between two marks.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to} after {from}")).0
}

/// All double-quoted words.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('"').skip(1).step_by(2).collect()
}

/// The one file in folders and their folders that is meant.
fn the_file(folders: &[&str], is_meant: impl Fn(&Path) -> bool) -> PathBuf {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for path in entries.map(|entry| entry.expect("entry").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if is_meant(&path) {
                found.push(path);
            }
        }
    }
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// What a script of the page sets a constant to.
fn constant(name: &str) -> String {
    let mark = format!("const {name} = ");
    let is_script = |path: &Path| path.extension().is_some_and(|end| end == "js");
    let script = text(&the_file(&["js", "www"], |path| is_script(path) && text(path).contains(&mark)));
    between(&script, &mark, ";").to_owned()
}

#[test]
fn typescript_knows_every_error_code() {
    let (rust, typescript) = (text(&root().join("src/error.rs")), text(&root().join("src/web/types.rs")));
    let codes = quoted(between(&rust, "pub fn code(&self)", "\n    }\n"));
    assert!(codes.len() > 10, "{codes:?}");
    assert_eq!(quoted(between(&typescript, "export type ErrorCode =", ";")), codes);
}

#[test]
fn the_page_says_of_filters_what_the_command_says() {
    let page = text(&the_file(&["js", "www"], |path| path.ends_with("purposes.js")));
    for filter in Filter::ALL {
        let [name, summary] = [filter.name(), filter.summary()].map(|text| format!("'{text}'"));
        assert!(page.contains(&name) && page.contains(&summary), "{name}: {summary}");
    }
}

#[test]
fn purposes_have_the_same_words_in_the_page_and_in_training() {
    let page = text(&the_file(&["js", "www"], |path| path.ends_with("purposes.js")));
    let training = text(&the_file(&["training"], |path| path.ends_with("purposes.py")));
    let groups = between(&page, "const GROUPS = [", "];");
    let mut at = 0;
    for purpose in Purpose::ALL {
        let entry = format!("['{}', '{}']", purpose.name(), purpose.title());
        let place = groups.find(&entry).unwrap_or_else(|| panic!("no {entry}"));
        assert!(place > at, "{entry} comes in another order");
        at = place;
    }
    let names: Vec<_> = Purpose::ALL.iter().map(|purpose| purpose.name()).collect();
    let words = between(&training, "PURPOSES = {", "}");
    let theirs: Vec<_> = words.lines().filter_map(|line| line.trim().strip_prefix('"')?.split('"').next()).collect();
    assert_eq!(theirs, names);
}

#[test]
fn the_page_knows_the_limits() {
    let [png, jpeg, webp] = [FileFormat::Png, FileFormat::Jpeg, FileFormat::WebP].map(FileFormat::max_side);
    assert_eq!(png, (1_u32 << 31) - 1);
    let sides = format!("{{ png: 2 ** 31 - 1, jpeg: {jpeg}, webp: {webp} }}");
    assert_eq!(constant("MOST_SIDE").replace('_', ""), sides);
    assert_eq!(constant("MOST_SCALE"), MAX_SCALE.to_string());
}
