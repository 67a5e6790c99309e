//! Names that tell what is in a file: `main.js` is published as `main-1f0c2d3e4b.js`, and whatever names it does so by that name.
//! A page of one build therefore never gets a file of another, and a file that did not change keeps its name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::dist::Files;

/// What other sites import or fetch by its plain name, which leads to the file of this build.
const ENTRIES: [&str; 2] = ["lenslet.js", "js/client.js"];

/// The list of models, in a folder of its own, because the engine asks for it by that of the models.
const INDEX: &str = "models/index.json";

/// Digits of the hash in a name: enough for a few hundred files.
const DIGITS: usize = 10;

/// Gives the files their names, in all that names them.
pub fn hashed(plain: &Files) -> Result<Files> {
    let references: BTreeMap<&Path, Vec<Reference>> =
        plain.iter().map(|(path, content)| Ok((&**path, references(path, content, plain)?))).collect::<Result<_>>()?;
    let names: BTreeMap<&Path, PathBuf> = plain
        .keys()
        .map(|path| {
            let keeps = keeps_its_name(path);
            (&**path, if keeps { path.clone() } else { with_hash(path, &hash_of(path, plain, &references)) })
        })
        .collect();

    let mut files = Files::new();
    for (path, content) in plain {
        let name = &names[&**path];
        files.insert(name.clone(), rewritten(content, &references[&**path], folder_of(name), &names));
    }
    for entry in ENTRIES.map(Path::new) {
        if let (Some(content), Some(name)) = (plain.get(entry), names.get(entry)) {
            files.insert(entry.into(), leading_to(name, content));
        }
    }
    if let Some(content) = plain.get(Path::new(INDEX)) {
        let index = rewritten(content, &references[Path::new(INDEX)], Path::new("models"), &names);
        files.insert(INDEX.into(), index);
    }
    Ok(files)
}

/// Pages, what browsers look for by name, and what no page loads.
fn keeps_its_name(path: &Path) -> bool {
    let name = path.to_string_lossy();
    [".html", ".d.ts", ".txt", ".webmanifest"].iter().any(|ending| name.ends_with(ending)) || name == "sw.js"
}

/// A place in a file that names another one, or the folder of the models.
struct Reference {
    /// Where in the file it stands, without its quotation marks.
    at: std::ops::Range<usize>,
    /// Which file is meant.
    to: PathBuf,
    /// Whether the folder is meant where that file lies.
    is_folder: bool,
}

/// Every quoted text that is the relative address of another file, but for types, which nothing loads.
fn references(path: &Path, content: &[u8], files: &Files) -> Result<Vec<Reference>> {
    let is_text = path
        .extension()
        .is_some_and(|kind| ["js", "css", "html", "json", "webmanifest"].iter().any(|one| kind == *one));
    if !is_text {
        return Ok(Vec::new());
    }
    let text = std::str::from_utf8(content).with_context(|| format!("{} is not UTF-8", path.display()))?;
    if let Some(address) = computed_address(text) {
        bail!(
            "{}: {address} has to be a plain text in quotation marks, to get the name of the file that it means",
            path.display()
        );
    }
    let mut found = Vec::new();
    let mut after = 0;
    for (at, quote) in text.match_indices(['\'', '"']) {
        let start = at + 1;
        let Some(length) = text[start..].find(['\'', '"', '\n']) else { break };
        let at = start..start + length;
        if at.start <= after || !text[at.end..].starts_with(quote) || is_type(&text[..start - 1], &text[at.end + 1..]) {
            continue;
        }
        let Some(to) = resolved(folder_of(path), &text[at.clone()]) else { continue };
        let is_folder = text[at.clone()].ends_with('/') && to == Path::new(INDEX).parent().unwrap_or(Path::new(""));
        let to = if is_folder { INDEX.into() } else { to };
        if files.contains_key(&to) && to != path {
            after = at.end;
            found.push(Reference { at, to, is_folder });
        }
    }
    Ok(found)
}

/// The first address beside the module that is not written out.
fn computed_address(script: &str) -> Option<&str> {
    script.match_indices("new URL(").map(|(at, call)| &script[at + call.len()..]).find_map(|rest| {
        let (address, _) = rest.split_once(", import.meta.url")?;
        (!address.contains(['\n', ')']) && !address.starts_with(['\'', '"'])).then_some(address)
    })
}

/// Whether quotation marks stand in a type of JSDoc, such as `import('./a.js').A`.
fn is_type(before: &str, after: &str) -> bool {
    let Some(before) = before.strip_suffix("import(") else { return false };
    let names_one = after.strip_prefix(").").is_some_and(|rest| rest.starts_with(|letter: char| letter.is_uppercase()));
    names_one || before.ends_with("typeof ")
}

/// Where a relative address leads.
fn resolved(folder: &Path, address: &str) -> Option<PathBuf> {
    if address.is_empty() || address.starts_with('/') || address.contains([':', '\\', ' ', '?', '#', '{']) {
        return None;
    }
    let mut path = folder.to_path_buf();
    for part in address.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if !path.pop() {
                    return None;
                }
            }
            _ => path.push(part),
        }
    }
    Some(path)
}

/// A hash of a file and of all that it names, directly or not, so that its name changes with any of them. Files may name each other.
fn hash_of(path: &Path, files: &Files, references: &BTreeMap<&Path, Vec<Reference>>) -> String {
    let mut reached = BTreeSet::from([path]);
    let mut to_see = vec![path];
    while let Some(next) = to_see.pop() {
        for Reference { to, .. } in &references[next] {
            if !keeps_its_name(to) && reached.insert(to) {
                to_see.push(to);
            }
        }
    }
    digest(reached.into_iter().map(|path| (path, &*files[path])))
}

/// A hash of files with their paths.
pub fn digest<'a>(files: impl Iterator<Item = (&'a Path, &'a [u8])>) -> String {
    let mut hash = Sha256::new();
    for (path, content) in files {
        for part in [path.as_os_str().as_encoded_bytes(), content] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    format!("{:x}", hash.finalize())[..DIGITS].to_owned()
}

fn with_hash(path: &Path, hash: &str) -> PathBuf {
    if path == Path::new(INDEX) {
        return path.with_file_name(hash).join(path.file_name().unwrap_or_default());
    }
    let [stem, ending] = [path.file_stem(), path.extension()].map(|part| part.unwrap_or_default().to_string_lossy());
    path.with_file_name(format!("{stem}-{hash}.{ending}"))
}

/// What a file is called before it gets its name.
pub fn plain(path: &Path) -> PathBuf {
    if path.parent().and_then(Path::parent) == Path::new(INDEX).parent() {
        return INDEX.into();
    }
    let [stem, ending] = [path.file_stem(), path.extension()].map(|part| part.unwrap_or_default().to_string_lossy());
    let stem = match stem.rsplit_once('-') {
        Some((plain, hash)) if hash.len() == DIGITS => plain,
        _ => &stem,
    };
    path.with_file_name(format!("{stem}.{ending}"))
}

fn rewritten(content: &[u8], references: &[Reference], folder: &Path, names: &BTreeMap<&Path, PathBuf>) -> Vec<u8> {
    let mut text = Vec::new();
    let mut copied = 0;
    for Reference { at, to, is_folder } in references {
        text.extend_from_slice(&content[copied..at.start]);
        let name = &names[&**to];
        let mut address = from(folder, if *is_folder { folder_of(name) } else { name });
        if content[at.start] == b'.' && !address.starts_with('.') {
            address.insert_str(0, "./"); // imports need it
        }
        text.extend_from_slice(address.as_bytes());
        if *is_folder {
            text.push(b'/');
        }
        copied = at.end;
    }
    text.extend_from_slice(&content[copied..]);
    text
}

/// The relative address of a file, as seen from a folder.
fn from(folder: &Path, to: &Path) -> String {
    let shared = folder.iter().zip(to).take_while(|(one, other)| one == other).count();
    let up = folder.iter().skip(shared).map(|_| "..".into());
    let down = to.iter().skip(shared).map(|part| part.to_string_lossy());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// A module that hands on what another one has.
fn leading_to(name: &Path, content: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(content);
    let file = name.file_name().unwrap_or_default().to_string_lossy();
    let mut module = format!("export * from './{file}';\n");
    if text.contains(" as default ") || text.contains("export default ") {
        module += &format!("export {{ default }} from './{file}';\n");
    }
    module.into_bytes()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: [(&str, &str); 12] = [
        ("index.html", r#"<link href="look.css"><script src="main.js"></script><a href="about/">about</a>"#),
        ("main.js", "/** @type {import('./kinds.js').Kind} it's */\nimport { Engine } from './js/client.js';"),
        ("kinds.js", "kinds"),
        ("look.css", "body {}"),
        ("js/client.js", "new URL('worker.js', import.meta.url); export class Engine {}"),
        (
            "js/worker.js",
            "import './client.js'; import init from '../lenslet.js'; new URL('../models/index.json', import.meta.url)",
        ),
        (
            "lenslet.js",
            "new URL('lenslet_bg.wasm', import.meta.url); import '../lenslet.js'; new URL('models/', import.meta.url)\nexport { init as default };",
        ),
        ("lenslet.d.ts", "import './lenslet.js'"),
        ("lenslet_bg.wasm", "module"),
        ("models/index.json", r#"{"file": "photo.safetensors"}"#),
        ("models/photo.safetensors", "weights"),
        ("sw.js", "importScripts('look.css')"),
    ];

    fn site(changes: &[(&str, &str)]) -> Files {
        SITE.iter().chain(changes).map(|(path, text)| (path.into(), text.as_bytes().to_vec())).collect()
    }

    fn hashed_site(changes: &[(&str, &str)]) -> BTreeMap<String, String> {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let files = hashed(&site(changes)).unwrap();
        files.into_iter().map(|(path, bytes)| (path.to_str().unwrap().to_owned(), text(bytes))).collect()
    }

    /// The name that a file got.
    fn name(files: &BTreeMap<String, String>, stem: &str) -> String {
        files.keys().find(|name| name.starts_with(stem) && name.len() > stem.len() + DIGITS).unwrap().clone()
    }

    #[test]
    fn what_is_loaded_is_named_by_its_content_and_what_is_looked_for_keeps_its_name() {
        let files = hashed_site(&[]);
        for plain in ["index.html", "sw.js", "lenslet.d.ts", "lenslet.js", "js/client.js", "models/index.json"] {
            assert!(files.contains_key(plain), "{plain}");
        }
        for plain in ["main.js", "js/worker.js", "look.css", "lenslet_bg.wasm", "models/photo.safetensors"] {
            assert!(!files.contains_key(plain), "{plain}");
        }
        assert_eq!(files.len(), SITE.len() + 3);
    }

    #[test]
    fn each_file_names_the_others_as_they_are_called() {
        let files = hashed_site(&[]);
        let [main, client, worker, engine, wasm, photo, css] =
            ["main-", "js/client-", "js/worker-", "lenslet-", "lenslet_bg-", "models/photo-", "look-"]
                .map(|stem| name(&files, stem));
        let index = files.keys().find(|name| name.ends_with("/index.json") && name.len() > INDEX.len()).unwrap();
        assert_eq!(
            files["index.html"],
            format!(r#"<link href="{css}"><script src="{main}"></script><a href="about/">about</a>"#)
        );
        assert!(files[&main].ends_with(&format!("\nimport {{ Engine }} from './{client}';")), "{}", files[&main]);
        assert!(files[&main].starts_with("/** @type {import('./kinds.js').Kind} it's */"), "{}", files[&main]);
        let [client, worker] = [client, worker].map(|name| name.strip_prefix("js/").unwrap().to_owned());
        assert!(files[&format!("js/{client}")].contains(&format!("'{worker}'")));
        assert!(files[&format!("js/{worker}")].contains(&format!("'./{client}'")));
        assert!(files[&format!("js/{worker}")].contains(&format!("'../{index}'")));
        let folder = index.strip_suffix("index.json").unwrap();
        assert!(files[&engine].contains(&format!("'{wasm}'")) && files[&engine].contains(&format!("'{folder}'")));
        let photo = photo.strip_prefix("models/").unwrap();
        assert_eq!(files[index], format!(r#"{{"file": "../{photo}"}}"#));
        assert_eq!(files["models/index.json"], format!(r#"{{"file": "{photo}"}}"#));
        assert_eq!(files["sw.js"], format!("importScripts('{css}')"));
    }

    #[test]
    fn a_change_gives_new_names_to_what_it_reaches_and_to_nothing_else() {
        let before = hashed_site(&[]);
        let kept = |after: &BTreeMap<String, String>, stem: &str| name(&before, stem) == name(after, stem);
        let after = hashed_site(&[("look.css", "body { margin: 0 }")]);
        assert!(!kept(&after, "look-") && kept(&after, "main-") && kept(&after, "models/photo-"));
        let after = hashed_site(&[("lenslet_bg.wasm", "another")]);
        for stem in ["lenslet_bg-", "lenslet-", "js/worker-", "js/client-", "main-"] {
            assert!(!kept(&after, stem), "{stem}");
        }
        assert!(kept(&after, "look-") && kept(&after, "models/photo-") && kept(&after, "kinds-"));
        let after = hashed_site(&[("kinds.js", "a type alone")]);
        assert!(kept(&after, "main-"));
    }

    #[test]
    fn what_other_sites_import_hands_on_all_that_the_module_has() {
        let files = hashed_site(&[]);
        let engine = name(&files, "lenslet-");
        assert_eq!(
            files["lenslet.js"],
            format!("export * from './{engine}';\nexport {{ default }} from './{engine}';\n")
        );
        let client = name(&files, "js/client-").replace("js/", "");
        assert_eq!(files["js/client.js"], format!("export * from './{client}';\n"));
    }

    #[test]
    fn an_address_that_is_put_together_is_refused() {
        let error = hashed(&site(&[("main.js", "fetch(new URL(`samples/${name}`, import.meta.url))")]))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("main.js: `samples/${name}` has to be a plain text"), "{error}");
    }
}
