//! What a trial found, kept for the next time: in a file of the person's cache folder, or in the browser's Cache for the
//! site. Both may be missing or full; then there is another trial.

#[cfg(not(target_arch = "wasm32"))]
mod place {
    use std::{
        collections::BTreeMap,
        fs, io,
        path::{Path, PathBuf},
    };

    fn folder() -> Option<PathBuf> {
        Some(dirs::cache_dir()?.join("lenslet"))
    }

    fn file(folder: &Path) -> PathBuf {
        folder.join("blockings.json")
    }

    /// A file that is missing or damaged holds nothing.
    fn all(folder: &Path) -> BTreeMap<String, String> {
        fs::read(file(folder)).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    fn add(folder: &Path, key: &str, value: &str) -> io::Result<()> {
        let mut kept = all(folder);
        kept.insert(key.into(), value.into());
        fs::create_dir_all(folder)?;
        fs::write(file(folder), serde_json::json!(kept).to_string())
    }

    /// What was kept under that key.
    pub(in crate::gpu) async fn load(key: &str) -> Option<String> {
        all(&folder()?).remove(key)
    }

    /// Keeps a value if that can be.
    pub(in crate::gpu) async fn store(key: &str, value: &str) {
        if let Some(folder) = folder() {
            // Another trial costs less than a failed upscale would.
            let _ = add(&folder, key, value);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_kept_is_found_again_and_damage_is_overwritten() {
            let folder = tempfile::tempdir().expect("a folder");
            let folder = folder.path().join("new");
            add(&folder, "one", "square-1").expect("written");
            add(&folder, "two", "staged-pair").expect("written");
            assert_eq!(all(&folder).get("one").map(String::as_str), Some("square-1"));
            fs::write(file(&folder), "{").expect("written");
            assert!(all(&folder).is_empty());
            add(&folder, "two", "square-2").expect("written");
            assert_eq!(all(&folder).len(), 1);
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod place {
    use js_sys::{JsString, encode_uri_component};
    use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{Cache, CacheStorage, Response};

    #[wasm_bindgen]
    extern "C" {
        // Pages that are not served securely have none.
        #[wasm_bindgen(thread_local_v2, js_name = caches)]
        static CACHES: Option<CacheStorage>;
    }

    /// A key of a Cache is an address; nothing is ever fetched from this one.
    fn address(key: &str) -> String {
        format!("https://lenslet.invalid/blockings/{}", encode_uri_component(key))
    }

    async fn cache() -> Result<Cache, JsValue> {
        let opening = CACHES.with(|caches| caches.as_ref().map(|caches| caches.open("lenslet-blockings")));
        JsFuture::from(opening.ok_or(JsValue::UNDEFINED)?).await?.dyn_into()
    }

    /// What was kept under that key.
    pub(in crate::gpu) async fn load(key: &str) -> Option<String> {
        let found = JsFuture::from(cache().await.ok()?.match_with_str(&address(key))).await.ok()?;
        let text = found.dyn_into::<Response>().ok()?.text().ok()?;
        JsFuture::from(text).await.ok()?.dyn_into::<JsString>().ok().map(String::from)
    }

    /// Keeps a value if that can be.
    pub(in crate::gpu) async fn store(key: &str, value: &str) {
        let kept = async {
            let response = Response::new_with_opt_str(Some(value))?;
            JsFuture::from(cache().await?.put_with_str(&address(key), &response)).await
        };
        // Another trial costs less than a failed upscale would.
        let _ = kept.await;
    }
}

pub(super) use place::{load, store};
