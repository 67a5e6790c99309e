//! The shaders, and their text as it is embedded: without comments and indentation, which only readers of the files need, not visitors
//! who download them.

/// The stripped text of a file of `shaders/`, made when this is compiled.
macro_rules! shader {
    ($file:literal) => {{
        use $crate::gpu::source::strip;
        const TEXT: &str = include_str!(concat!("../../shaders/", $file));
        const STRIPPED: ([u8; TEXT.len()], usize) = strip(TEXT);
        const EXACT: [u8; STRIPPED.1] = *STRIPPED.0.first_chunk().expect("no longer than the text");
        const {
            match str::from_utf8(&EXACT) {
                Ok(text) => text,
                Err(_) => panic!("a character was cut"),
            }
        }
    }};
}

/// The shaders that run networks: name and text.
pub(super) const SHADERS: [(&str, &str); 8] = [
    ("conv", shader!("conv.wgsl")),
    ("dy_sample", shader!("dy_sample.wgsl")),
    ("group_norm", shader!("group_norm.wgsl")),
    ("layer_norm", shader!("layer_norm.wgsl")),
    ("max_pool", shader!("max_pool.wgsl")),
    ("pixel_shuffle", shader!("pixel_shuffle.wgsl")),
    ("pixel_unshuffle", shader!("pixel_unshuffle.wgsl")),
    ("resize", shader!("resize.wgsl")),
];

/// The shader that measures what a GPU can do at most.
#[cfg(not(target_arch = "wasm32"))]
pub(super) const PEAK: (&str, &str) = ("peak", shader!("peak.wgsl"));

/// Every shader in every variant that is ever compiled: its name and its source. For tests that validate them.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn shader_variants() -> Vec<(String, String)> {
    let variants = SHADERS.iter().chain([&PEAK]).flat_map(|(name, text)| [(name, text, false), (name, text, true)]);
    variants
        .map(|(name, text, half)| (format!("{name} {}", if half { "f16" } else { "f32" }), variant(text, half)))
        .collect()
}

/// The text of a shader that stores f16, or f32 as it stands in the file.
pub(super) fn variant(text: &str, half: bool) -> String {
    const STORED: &str = "alias Stored = f32;";
    if half { format!("enable f16;\n{}", text.replace(STORED, "alias Stored = f16;")) } else { text.to_owned() }
}

/// The lines of a text that has `LENGTH` bytes without comments, spaces at their beginning and end, and the empty ones; and how
/// many bytes that are.
pub(super) const fn strip<const LENGTH: usize>(text: &str) -> ([u8; LENGTH], usize) {
    let (mut stripped, mut length) = ([0; LENGTH], 0);
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let mut end = 0;
        while end < rest.len() && rest[end] != b'\n' {
            end += 1;
        }
        let (line, after) = rest.split_at(end);
        rest = if let [_, next @ ..] = after { next } else { after };
        // WGSL has no texts that could hold two slashes.
        let mut code = 0;
        while code < line.len() && !(line[code] == b'/' && code + 1 < line.len() && line[code + 1] == b'/') {
            code += 1;
        }
        let mut line = line.split_at(code).0.trim_ascii();
        if line.is_empty() {
            continue;
        }
        if length > 0 {
            stripped[length] = b'\n';
            length += 1;
        }
        while let [byte, next @ ..] = line {
            stripped[length] = *byte;
            length += 1;
            line = next;
        }
    }
    (stripped, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_spaces_around_lines_go() {
        const TEXT: &str = "// A half.\nfn half() {\n\n    let x = 1.0 / 2.0; // 0.5\n\t/* kept */\r\n}\n  //";
        let (bytes, length) = strip::<{ TEXT.len() }>(TEXT);
        assert_eq!(str::from_utf8(&bytes[..length]), Ok("fn half() {\nlet x = 1.0 / 2.0;\n/* kept */\n}"));
    }
}
