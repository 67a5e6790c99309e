//! XMP that is right for the result: upright, of its size, and without what describes parts that are not in it.
//!
//! Properties are known by their usual prefixes. The packet is edited as text, tag by tag; all else stays as it is.

const ORIENTATION: &str = "tiff:Orientation";

/// Properties of which the name begins so describe a thumbnail, or another picture or film that followed the first one
/// in its file.
const GONE: [&str; 11] = [
    "xmp:Thumbnails",
    "xap:Thumbnails",
    "xmpNote:HasExtendedXMP",
    "hdrgm:",
    "HDRGainMap:",
    "Container:",
    "GContainer:",
    "GCamera:MotionPhoto",
    "GCamera:MicroVideo",
    "GDepth:",
    "GImage:",
];

/// The packet of an input made right for an upright result of `width` x `height` pixels. [`None`] when it is not
/// well-formed XML in UTF-8, or declares a document type, which XMP must not.
pub(crate) fn for_result(xmp: &[u8], width: u32, height: u32) -> Option<Vec<u8>> {
    let text = str::from_utf8(xmp).ok()?.trim_end_matches('\0');
    let mut editor = Editor { size: [width, height], result: String::new(), open: Vec::new(), gone: None };
    let mut rest = text.trim_start_matches('\u{feff}');
    while let Some(start) = rest.find('<') {
        editor.text(&rest[..start])?;
        rest = &rest[start..];
        let length = editor.markup(rest)?;
        rest = &rest[length..];
    }
    editor.text(rest)?;
    editor.open.is_empty().then(|| editor.result.into_bytes())
}

/// The orientation that a packet tells, as an attribute or an element.
pub(super) fn orientation(xmp: &[u8]) -> Option<u8> {
    let text = str::from_utf8(xmp).ok()?;
    let (_, rest) = text.split_once(ORIENTATION)?;
    let value = rest.trim_start().trim_start_matches('=').trim_start().trim_start_matches(['"', '\'', '>']);
    value.trim_start().chars().next()?.to_digit(10)?.try_into().ok()
}

struct Editor<'a> {
    size: [u32; 2],
    result: String,
    /// The names of the elements around the place that was reached.
    open: Vec<&'a str>,
    /// Where something is left out: how many of these are around it, and whether the end tag of the last one stays.
    gone: Option<(usize, bool)>,
}

impl<'a> Editor<'a> {
    fn put(&mut self, text: &str) {
        if self.gone.is_none() {
            self.result.push_str(text);
        }
    }

    fn text(&mut self, text: &str) -> Option<()> {
        if self.open.is_empty() && !text.trim().is_empty() {
            return None;
        }
        self.put(text);
        Some(())
    }

    /// Takes what the text begins with, a `<`, and returns its length.
    fn markup(&mut self, text: &'a str) -> Option<usize> {
        for (start, end) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] {
            if let Some(inside) = text.strip_prefix(start) {
                let length = start.len() + inside.find(end)? + end.len();
                self.put(&text[..length]);
                return Some(length);
            }
        }
        if let Some(inside) = text.strip_prefix("</") {
            let (name, rest) = split_name(inside)?;
            let rest = rest.trim_start().strip_prefix('>')?;
            let length = text.len() - rest.len();
            let (_, stays) = self.gone.take_if(|(depth, _)| *depth == self.open.len()).unwrap_or((0, true));
            if self.open.pop()? != name {
                return None;
            }
            if stays {
                self.put(&text[..length]);
            }
            return Some(length);
        }
        self.start(text)
    }

    /// A start tag, or that of an empty element.
    fn start(&mut self, text: &'a str) -> Option<usize> {
        let (name, mut rest) = split_name(&text[1..])?;
        let mut tag = format!("<{name}");
        let mut plain = true;
        let empty = loop {
            let inside = rest.trim_start();
            if let Some(after) = inside.strip_prefix("/>").or_else(|| inside.strip_prefix('>')) {
                tag.push_str(&rest[..rest.len() - after.len()]);
                rest = after;
                break inside.starts_with('/');
            }
            let (attribute, after) = split_name(inside)?;
            let after = after.trim_start().strip_prefix('=')?.trim_start();
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let (value, after) = after[1..].split_once(quote)?;
            if inside.len() == rest.len() || value.contains('<') {
                return None;
            }
            if let Some(right) = self.right(attribute) {
                tag.push_str(&format!(" {attribute}=\"{right}\""));
            } else if !is_gone(attribute) {
                tag.push_str(&rest[..rest.len() - after.len()]);
            }
            plain = false;
            rest = after;
        };
        let right = self.right(name);
        // A value with qualifiers is not worth a treatment of its own.
        let stays = !is_gone(name) && (right.is_none() || plain && !empty);
        if stays {
            self.put(&tag);
            self.put(&right.map(|value| value.to_string()).unwrap_or_default());
        }
        if !empty {
            self.open.push(name);
            if self.gone.is_none() && (!stays || right.is_some()) {
                self.gone = Some((self.open.len(), stays));
            }
        }
        Some(text.len() - rest.len())
    }

    /// The value that a property must have.
    fn right(&self, name: &str) -> Option<u32> {
        match name {
            ORIENTATION => Some(1),
            "tiff:ImageWidth" | "exif:PixelXDimension" => Some(self.size[0]),
            "tiff:ImageLength" | "exif:PixelYDimension" => Some(self.size[1]),
            _ => None,
        }
    }
}

fn is_gone(name: &str) -> bool {
    GONE.iter().any(|gone| name.starts_with(gone))
}

fn split_name(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|end: char| end.is_whitespace() || "/>=<\"'&".contains(end))?;
    (end > 0).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str) -> Option<String> {
        for_result(text.as_bytes(), 160, 120).map(|bytes| String::from_utf8(bytes).expect("is text"))
    }

    #[test]
    fn a_packet_becomes_that_of_the_result() {
        let packet = |description: &str, properties: &str| {
            format!(
                "<?xpacket begin=\"\u{feff}\" id=\"W5M0\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
                <rdf:Description{description} dc:format='a > b'>{properties}<dc:title>A &amp; B</dc:title><!-- <no> -->\
                </rdf:Description></x:xmpmeta>\n   \n<?xpacket end=\"w\"?>"
            )
        };
        let before = packet(
            " tiff:Orientation=\"6\" hdrgm:Version = '1.0' exif:PixelXDimension='40' xmpNote:HasExtendedXMP=\"AB\" \
             GCamera:MotionPhoto='1'",
            "<tiff:ImageWidth>40</tiff:ImageWidth><exif:PixelYDimension> 30 </exif:PixelYDimension><tiff:Orientation/>\
             <xmp:Thumbnails><rdf:Alt><rdf:li>/9j/</rdf:li></rdf:Alt></xmp:Thumbnails>\
             <Container:Directory><Container:Directory/><rdf:Seq/></Container:Directory>\
             <tiff:Orientation rdf:parseType='Resource'><rdf:value>6</rdf:value></tiff:Orientation>",
        );
        let after = packet(
            " tiff:Orientation=\"1\" exif:PixelXDimension=\"160\"",
            "<tiff:ImageWidth>160</tiff:ImageWidth><exif:PixelYDimension>120</exif:PixelYDimension>",
        );
        assert_eq!(edited(&before), Some(after.clone()));
        assert_eq!(edited(&after), Some(after));
    }

    #[test]
    fn orientation_is_an_attribute_or_an_element() {
        for text in
            ["<a tiff:Orientation=\"6\"/>", "<a tiff:Orientation = '6'/>", "<tiff:Orientation>6</tiff:Orientation>"]
        {
            assert_eq!(orientation(text.as_bytes()), Some(6), "{text}");
        }
        for text in ["<a/>", "<tiff:Orientation/>", "<tiff:Orientation rdf:parseType='Resource'>", "tiff:Orientation"] {
            assert_eq!(orientation(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn padding_of_zeros_goes() {
        assert_eq!(edited("<a/>\0\0").as_deref(), Some("<a/>"));
    }

    #[test]
    fn what_is_not_well_formed_is_dropped() {
        let texts = [
            "<a>",
            "</a>",
            "<a></b>",
            "<a b></a>",
            "<a b=c/>",
            "<a b='c/>",
            "<a b='<'/>",
            "<a b='c'd='e'/>",
            "<",
            "< a/>",
            "<!-- <a/>",
            "<?x",
            "<!DOCTYPE a><a/>",
            "text",
            "<a/>text",
            "<xmp:Thumbnails><b></xmp:Thumbnails>",
            "<a\u{e9}",
        ];
        for text in texts {
            assert_eq!(edited(text), None, "{text}");
        }
        assert_eq!(for_result(b"<a>\xff</a>", 1, 1), None);
    }
}
