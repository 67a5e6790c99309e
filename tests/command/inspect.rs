//! `models`, `inspect` and `bench`.

use super::*;

#[test]
fn models_inspect_and_bench_answer() {
    let folder = folder();
    let models = lenslet(folder.path(), "models");
    let table = String::from_utf8_lossy(&models.stdout);
    for part in ["\nFaithful (--model fidelity)\n", "\nfast-x4 ", "Classical filters", "\nlanczos "] {
        assert!(status(&models) == 0 && table.contains(part), "{table}");
    }
    let models = json(&lenslet(folder.path(), "models --json")).remove(0);
    let models = models.as_array().expect("a list");
    let first = models.iter().find(|model| model["name"] == "fast-x4").expect("listed");
    assert!(first["purpose"].is_string() && first["sliders"].is_array(), "{first}");
    let last = models.last().expect("some");
    assert_eq!((&last["name"], &last["purpose"], &last["bytes"]), (&"lanczos".into(), &"classical".into(), &0.into()));

    let inspected = json(&lenslet(folder.path(), "inspect small.safetensors --json"));
    assert_eq!(inspected[0]["scale"], 2);
    assert_eq!(inspected[0]["receptive_field_radius"], 3);
    assert_eq!(inspected[0]["halo"], 3);
    assert_eq!(inspected[0]["parameters"], 3 * 6 * 9 + 12 + 6 * 6 * 9 + 12 + 6 * 12 * 9 + 12);

    let seam = json(&lenslet(folder.path(), "inspect small.safetensors --seam photo.png --tile 16 --json"));
    assert_eq!((&seam[0]["seam"]["tile"], &seam[0]["seam"]["largest"]), (&16.into(), &0.into()));

    let bench = lenslet(folder.path(), "bench --model small.safetensors --backend cpu --size 32 --runs 2 --json");
    assert!(json(&bench)[0]["gflops"].as_f64().is_some_and(|gflops| gflops > 0.0), "{}", stderr(&bench));
}

#[test]
fn inspect_draws_layers_and_doubt() {
    let folder = folder();
    let run = |arguments: &str| {
        let output = lenslet(folder.path(), arguments);
        assert_eq!(status(&output), 0, "{arguments}: {}", stderr(&output));
        output
    };
    let grey = |name: &str| {
        let picture = decode(&fs::read(folder.path().join(name)).expect("written")).expect("a picture");
        assert!(picture.kind.grey, "{name}");
        picture
    };
    let layers = json(&run("inspect small.safetensors --look all --json"));
    assert_eq!(layers.iter().map(|layer| &layer["layer"]).collect::<Vec<_>>(), ["convolution 1", "convolution 2"]);
    assert_eq!((&layers[1]["channels"], &layers[1]["weights"]), (&6.into(), &"body.2".into()));

    run("inspect small.safetensors --look all --picture photo.png --out layers --backend cpu");
    assert_eq!(names(&folder.path().join("layers")), ["001-convolution-1.png", "002-convolution-2.png"]);
    let look =
        "inspect small.safetensors --look 2 --picture photo.png --part 3,4,20x10 --out layer.png --backend cpu --json";
    let told = json(&run(look)).remove(0);
    assert_eq!(told["size"], serde_json::json!([20, 10]));
    let ranges = told["ranges"].as_array().expect("ranges");
    assert!(ranges.len() == 6 && ranges[0][0].as_f64() < ranges[0][1].as_f64(), "{told}");
    let sheet = grey("layer.png");
    // Six channels are three in a row, two pixels apart.
    assert_eq!((sheet.width, sheet.height), (3 * 20 + 4, 2 * 10 + 2));
    let first: Vec<u8> =
        (0..10).flat_map(|y| (0..20).map(move |x| (y * 64 + x) * 4)).map(|at| sheet.rgba[at]).collect();
    assert_eq!((first.iter().min(), first.iter().max()), (Some(&0), Some(&255)));

    let told = json(&run("inspect small.safetensors --doubt photo.png --out doubt.png --backend cpu --json")).remove(0);
    assert_eq!((&told["compares_ends"], told["mean"].as_f64() > Some(0.0)), (&false.into(), true), "{told}");
    let map = grey("doubt.png");
    assert_eq!((map.width, map.height), (47, 31));
    let told =
        json(&run("inspect photo --doubt photo.png --part 8,8,16x16 --out part.png --backend cpu --json")).remove(0);
    assert_eq!(told["compares_ends"], true, "{told}");
    assert_eq!((grey("part.png").width, grey("part.png").height), (16, 16));

    for (arguments, expected, code) in [
        ("inspect small.safetensors --look 9", "no layer 9", 1),
        ("inspect small.safetensors --look 1 --picture photo.png", "--out", 2),
        ("inspect small.safetensors --doubt photo.png", "--out", 2),
        ("inspect small.safetensors --look 1 --part 1,2 --picture photo.png --out x.png", "100,40,128x128", 2),
        ("inspect small.safetensors --doubt photo.png --part 40,0,8x8 --out x.png --backend cpu", "does not lie", 1),
        ("inspect lanczos --look all", "classical filter", 1),
    ] {
        let output = lenslet(folder.path(), arguments);
        assert_eq!(status(&output), code, "{arguments}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{arguments}: {}", stderr(&output));
    }
}

#[test]
fn bench_runs_on_a_given_picture_in_turns_and_writes_it() {
    let folder = folder();
    let command = "bench --model small.safetensors --backend cpu --picture photo.png --output big.png --turns";
    let mut child = Command::new(env!("CARGO_BIN_EXE_lenslet"))
        .current_dir(folder.path())
        .args(command.split(' '))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("piped").write_all(b"\n\n\n").expect("written");
    let output = child.wait_with_output().expect("ends with its input");
    let lines = json(&output);
    assert_eq!((lines.len(), &lines[0]["backend"]), (4, &"cpu".into()));
    assert!(lines[1..].iter().all(|line| line["milliseconds"].as_f64().is_some_and(|time| time > 0.0)), "{lines:?}");

    let upscaled = lenslet(folder.path(), "upscale photo.png --model small.safetensors --backend cpu");
    assert_eq!(status(&upscaled), 0, "{}", stderr(&upscaled));
    let bytes = |name: &str| fs::read(folder.path().join(name)).expect(name);
    assert_eq!(bytes("big.png"), bytes("photo-2x.png"));
}

#[test]
fn bench_measures_the_peak_and_layers_of_a_gpu_alone() {
    let folder = folder();
    let model = "bench --model small.safetensors --size 40 --runs 1 --json --layers --backend";
    let output = lenslet(folder.path(), &format!("{model} gpu"));
    let bench = json(&output).pop().unwrap_or_else(|| panic!("{}", stderr(&output)));
    for speed in ["f32_gflops", "copy_gigabytes_per_second"] {
        assert!(bench["peak"][speed].as_f64().is_some_and(|speed| speed > 0.0), "{bench}");
    }
    // Null where the adapter has no timestamp queries, which src/gpu/tests.rs says.
    for layer in bench["layers"].as_array().into_iter().flatten() {
        let speed = |name: &str| layer[name].as_f64().expect("a number");
        let share = speed("gflops") / bench["peak"]["f32_gflops"].as_f64().expect("a number");
        assert!((speed("share_of_peak") - share).abs() < 1e-9, "{layer}");
    }

    let output = lenslet(folder.path(), &format!("{model} cpu"));
    let expected = "lenslet: The options peak and layers measure a GPU, so they need --backend gpu.\n";
    assert_eq!((status(&output), stderr(&output)), (1, expected.into()));
}
