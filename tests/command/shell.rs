//! What shells and `man` are told of the command.

use std::fs;

use super::{folder, lenslet, names, status, stderr};

#[test]
fn completions_of_every_shell_know_the_options_of_upscale() {
    let folder = folder();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = lenslet(folder.path(), &format!("completions {shell}"));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let script = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(script.contains("upscale") && script.contains("denoise"), "{shell}: {script}");
    }
    assert_eq!(status(&lenslet(folder.path(), "completions cmd")), 2);
}

#[test]
fn manual_pages_are_written_for_the_command_and_each_subcommand() {
    let folder = folder();
    let output = lenslet(folder.path(), "man share/man1");
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let pages = folder.path().join("share/man1");
    let names = names(&pages);
    for page in ["lenslet.1", "lenslet-upscale.1", "lenslet-models.1", "lenslet-inspect.1", "lenslet-bench.1"] {
        assert!(names.iter().any(|name| name == page), "{page} of {names:?}");
    }
    let text = fs::read_to_string(pages.join("lenslet-upscale.1")).expect("a page");
    assert!(text.starts_with(".ie") && text.contains("\\-\\-scale"), "{text}");
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let folder = folder();
    let output = lenslet(folder.path(), "man photo.png/man1");
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("photo.png/man1"), "{}", stderr(&output));
}
