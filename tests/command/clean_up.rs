//! How much a photo model cleans, by what each picture has suffered.

use image::codecs::jpeg::JpegEncoder;

use super::*;

/// A photograph of nothing: soft waves, in a file as they are and in one of quality 40.
fn waves(folder: &Path) {
    let picture = RgbaImage::from_fn(40, 32, |x, y| {
        let tone = (120.0 + 60.0 * (f64::from(x) / 9.7).sin() + 40.0 * (f64::from(y) / 11.3).cos()) as u8;
        image::Rgba([tone, 200 - tone / 2, tone / 2 + 40, 255])
    });
    let rgb = DynamicImage::from(picture).into_rgb8();
    rgb.save(folder.join("clean.png")).expect("written");
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 40).encode_image(&rgb).expect("written");
    fs::write(folder.join("worn.jpg"), file).expect("written");
}

#[test]
fn each_picture_tells_how_much_is_cleaned() {
    let folder = folder();
    waves(folder.path());
    let run = |arguments: &str| {
        let output = lenslet(folder.path(), &format!("upscale {arguments} --model photo --backend cpu"));
        assert_eq!(status(&output), 0, "{arguments}: {}", stderr(&output));
        output
    };
    let told = json(&run("clean.png worn.jpg --format png -o ./ --json"));
    let denoise = |report: &serde_json::Value| report["clean_up"]["denoise"].as_f64();
    assert_eq!(told.iter().map(denoise).collect::<Vec<_>>(), [Some(0.5), Some(1.0)]);
    assert_eq!(told[1]["clean_up"]["jpeg_quality"], 40);
    assert!(told[1]["clean_up"]["reason"].as_str().is_some_and(|reason| reason.contains("quality 40")), "{}", told[1]);

    // A person's own word counts more, and gives the same where it is the same.
    for (name, same, other) in [("clean.png", "0.5", "1"), ("worn.jpg", "1", "0")] {
        let by_picture =
            fs::read(folder.path().join(told[usize::from(same == "1")]["output"].as_str().expect("named")));
        for (denoise, is_same) in [(same, true), (other, false)] {
            let report = json(&run(&format!("{name} --denoise {denoise} -o asked.png --json"))).remove(0);
            assert!(report["clean_up"].is_null(), "{report}");
            let asked = fs::read(folder.path().join("asked.png")).expect("written");
            assert_eq!(&asked == by_picture.as_ref().expect("written"), is_same, "{name} {denoise}");
        }
    }
    assert!(stderr(&run("worn.jpg")).contains("photo-x4 with denoise 1 on cpu"));
    assert!(
        json(&lenslet(folder.path(), "upscale worn.jpg --model fast --backend cpu --json"))[0]["clean_up"].is_null()
    );

    let seen = lenslet(folder.path(), "inspect --content clean.png worn.jpg --json");
    assert_eq!(json(&seen).iter().map(|seen| seen["denoise"].as_f64()).collect::<Vec<_>>(), [Some(0.5), Some(1.0)]);
}
