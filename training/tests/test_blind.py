"""The command `blind`: sheets that do not tell, a key that does, verdicts and their tally."""

import argparse
import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from training.commands import blind
from training.data.pictures import Pair
from training.measure.blind import (
    CAPTION,
    DETAIL,
    GAP,
    VIEW,
    ZOOM,
    contestant,
    enlarged,
    most_different,
    sheet,
    sides,
)
from training.measure.verdicts import Verdict, read_verdicts, tally, wilson
from training.networks.compact import Compact
from training.release.weights import encode, interpolated, load_model

from .conftest import drawn_picture


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        """Pretend to be a terminal."""
        return True


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Return a folder of five LR pictures of 24x20."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(5):
        Image.fromarray(drawn_picture(number, 24)[:20]).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def flat(tmp_path: Path, pictures: Path) -> tuple[Path, Path]:
    """Return two folders of finished results at scale 4, all red and all blue."""
    folders = tmp_path / "red", tmp_path / "blue"
    for folder in folders:
        folder.mkdir()
        for number in range(5):
            Image.new("RGB", (96, 80), folder.name).save(folder / f"{number}.webp", lossless=True)
    return folders


def run(*words: str | Path) -> list[str]:
    """Run the command and return its log."""
    parser = argparse.ArgumentParser()
    blind.add_arguments(parser)
    lines: list[str] = []
    blind.run(parser.parse_args([*map(str, words), "--device", "cpu"]), lines.append)
    return lines


def shown(path: Path) -> str:
    """Return which of the flat results a sheet has on the left, and check that the other is on the right."""
    with Image.open(path) as image:
        pixels = np.asarray(image)
    right = (pixels.shape[1] - GAP) // 2 + GAP
    colours = {(255, 0, 0): "red", (0, 0, 255): "blue"}
    names = [colours[tuple(pixels[CAPTION + 5, x + 5].tolist())] for x in (0, right)]
    assert set(names) == {"red", "blue"}
    return names[0]


@pytest.mark.parametrize(
    ("wins", "count", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilsons(wins: int, count: int, low: float, high: float) -> None:
    """The figures are those of Newcombe, 1998, table I, method 3."""
    assert wilson(wins / count, count) == pytest.approx((low, high), abs=5e-5)


def test_the_sides_are_balanced_and_follow_from_the_seed() -> None:
    """Of an odd number either may have one more."""
    assert all(sum(sides(24, seed)) == 12 for seed in range(20))
    assert {sum(sides(5, seed)) for seed in range(20)} == {2, 3}
    assert sides(24, 1) == sides(24, 1) != sides(24, 2)


def test_the_tally_knows_who_was_where() -> None:
    """A tie counts half, and reasons go to who was preferred."""
    verdicts = [
        Verdict(1, "left", "crisper"),
        Verdict(2, "left", "no net"),
        Verdict(3, "right", ""),
        Verdict(4, "none", "both soft"),
    ]
    found = tally(verdicts, [True, False, False, True])
    assert (found.wins, found.losses, found.ties) == (2, 1, 1)
    assert found.reasons == {"a": ["crisper"], "b": ["no net"], "none": ["both soft"]}
    assert found.share() == 0.625
    text = found.text("one", "other")
    assert text.startswith("A (one) against B (other), 4 blind pairs: 2 wins, 1 losses, 1 ties. ")
    assert "preferred in 62.5 %" in text
    assert text.endswith("- For A: crisper\n- For B: no net\n- No difference: both soft")
    with pytest.raises(ValueError, match="no verdicts"):
        tally([], [])


def test_verdicts_are_read(tmp_path: Path) -> None:
    """With commas or spaces, with a reason or without."""
    path = tmp_path / "verdicts.txt"
    path.write_text("# sheet, side, why\n2, right, sharper, and cleaner\n\n1 none\n3,l,\n")
    assert list(read_verdicts(path, 3).values()) == [
        Verdict(2, "right", "sharper, and cleaner"),
        Verdict(1, "none", ""),
        Verdict(3, "left", ""),
    ]
    assert Verdict(1, "none", "").line() == "1, none"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("left", "is not a number"),
        ("1, middle", "not 'middle'"),
        ("4, left", "no sheet 4"),
        ("1, left\n1, right", "two verdicts on sheet 1"),
    ],
)
def test_bad_verdicts_are_refused(tmp_path: Path, line: str, complaint: str) -> None:
    """And the message says which."""
    path = tmp_path / "verdicts.txt"
    path.write_text(line)
    with pytest.raises(ValueError, match=complaint):
        read_verdicts(path, 3)


def test_sheets_show_where_results_differ(tmp_path: Path) -> None:
    """The square is cut at the same place of both, and its most different part is enlarged by repetition."""
    left = np.zeros((900, 800, 3), np.uint8)
    right = left.copy()
    right[700:740, 600:650] = 200
    assert most_different(left, left, VIEW) == (slice(0, VIEW), slice(0, VIEW))
    rows, columns = most_different(left, right, DETAIL)
    assert rows.start <= 700 < 740 <= rows.stop
    assert columns.start <= 600 < 650 <= columns.stop
    picture = np.asarray(sheet(1, left, right))
    assert picture.shape == (CAPTION + VIEW + GAP + DETAIL * ZOOM, 2 * VIEW + GAP, 3)
    marked = (picture == 200).all(axis=2)
    assert not marked[:, :VIEW].any()
    assert marked[CAPTION : CAPTION + VIEW].sum() == 40 * 50
    assert marked[CAPTION + VIEW + GAP :].sum() == 40 * 50 * ZOOM**2


def test_sheets_and_key_agree(tmp_path: Path, pictures: Path, flat: tuple[Path, Path]) -> None:
    """The key is not among the sheets, says truly who is where, and is what the tally goes by."""
    out = tmp_path / "out"
    words = (*flat, pictures, "--out", out, "--seed", "7")
    (line,) = run(*words)
    assert line.startswith(f"5 of 5 sheets in {out}/sheets are not judged yet")
    files = sorted((out / "sheets").iterdir())
    assert [file.name for file in files] == [f"00{number}.png" for number in range(1, 6)]
    key = json.loads((out / "key.json").read_text())
    on_left = [shown(file) for file in files]
    assert [key[who] for who in key["left"].values()] == on_left
    assert list(key["left"]) == [f"{number + 1} {number}.png" for number in range(5)]

    times = [file.stat().st_mtime_ns for file in files]
    for_red = ["left" if name == "red" else "right" for name in on_left]
    verdicts = tmp_path / "verdicts.txt"
    verdicts.write_text("".join(f"{n}, {side}, warm\n" for n, side in enumerate(for_red, start=1)))
    (text,) = run(*words, "--verdicts", verdicts)
    assert text.startswith("A (red) against B (blue), 5 blind pairs: 5 wins, 0 losses, 0 ties.")
    assert [file.stat().st_mtime_ns for file in files] == times
    with pytest.raises(ValueError, match="another --out"):
        run(*words[:-1], "8")


def test_a_person_is_asked_and_may_go_on_later(
    tmp_path: Path, pictures: Path, flat: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each verdict is kept at once; what makes no sense is asked again."""
    out = tmp_path / "out"
    words = (*flat, pictures, "--out", out)
    monkeypatch.setattr("sys.stdin", Terminal("l crisp\nwhat\nright\n"))
    (line,) = run(*words)
    assert line.startswith("3 of 5 sheets")
    assert (out / "verdicts.txt").read_text() == "1, left, crisp\n2, right\n"
    monkeypatch.setattr("sys.stdin", Terminal("n\nn\nn same\n"))
    (text,) = run(*words)
    assert "3 ties" in text
    assert "- No difference: same" in text


def write_model(path: Path, seed: int) -> Path:
    """Write a tiny network that enlarges twice."""
    torch.manual_seed(seed)
    path.write_bytes(encode(Compact(4, 1, 2).state_dict(), {}))
    return path


def test_contestants(tmp_path: Path) -> None:
    """A filter, a model, a mix of two; results of another size are refused."""
    one, other = (write_model(tmp_path / f"{name}.safetensors", seed) for seed, name in enumerate("ab"))
    small = drawn_picture(1, 16)
    pair = Pair("1.png", np.zeros((32, 32, 3), np.uint8), small)
    made = [enlarged(contestant(str(word)), pair) for word in ("lanczos", one, f"{one}+{other}:0.25")]
    assert [picture.shape for picture in made] == [(32, 32, 3)] * 3
    mixed = load_model(one)
    mixed.load_state_dict(interpolated(mixed.state_dict(), load_model(other).state_dict(), 0.25))
    expected = mixed(torch.tensor(small).permute(2, 0, 1)[None] / 255)[0].permute(1, 2, 0).clamp(0, 1) * 255
    assert np.abs(made[2] - expected.detach().numpy()).max() <= 0.51
    with pytest.raises(ValueError, match="a makes 32x32 pixels of 1"):
        enlarged(contestant(str(one)), Pair("1.png", np.zeros((64, 64, 3), np.uint8), small))
    with pytest.raises(ValueError, match="must be 0 to 1"):
        contestant(f"{one}+{other}:1.5")


def test_crops_of_hr_pictures(tmp_path: Path, folder: Path) -> None:
    """Each HR picture is degraded by the kind and judged once."""
    out = tmp_path / "out"
    run("nearest", "lanczos", folder, "--hr", "--kind", "light", "--scale", "2", "--out", out)
    assert len(list((out / "sheets").iterdir())) == 6
    assert next(iter(json.loads((out / "key.json").read_text())["left"])) == "1 0.png"


def test_pictures_of_one_name_are_refused(tmp_path: Path, pictures: Path) -> None:
    """Results of a folder could not be told apart."""
    with pytest.raises(ValueError, match="2 pictures are named 0"):
        run("nearest", "lanczos", pictures, pictures / "0.png", "--out", tmp_path / "out")
