"""The options of the degradation and their counterparts on the command line."""

import argparse
from dataclasses import fields, replace
from typing import Any

import pytest

from training.degradation import KINDS, Options, add_options, from_args
from training.degradation.arguments import to_words


def parsed(*words: str) -> Options:
    """Return the options a command line stands for."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_options(parser)
    return from_args(parser.parse_args(words))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_alone(kind: str) -> None:
    """Is the preset itself."""
    assert parsed("--kind", kind) == KINDS[kind]


def test_every_field_has_an_option() -> None:
    """Given the values of `strong`, each changes its own field of `clean`, and the help names it."""
    parser = argparse.ArgumentParser()
    add_options(parser)
    text = parser.format_help()
    for each in fields(Options):
        value = getattr(KINDS["strong"], each.name)
        flag = f"--{each.name.replace('_', '-')}"
        words = [str(v) for v in value] if isinstance(value, tuple) else [str(value)]
        assert parsed(flag, *words) == replace(KINDS["clean"], **{each.name: value})
        assert flag in text


def test_no_option_is_the_clean_kind() -> None:
    """Nothing happens unasked."""
    assert parsed() == Options() == KINDS["clean"]


def test_unknown_names_are_refused() -> None:
    """By the parser."""
    with pytest.raises(argparse.ArgumentError, match="nearest"):
        parsed("--filters", "area", "nearest")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("blur_chance", 1.5, "0 to 1"),
        ("noise_chance", float("nan"), "0 to 1"),
        ("blur_sigma", (2.0, 1.0), "rising"),
        ("blur_sigma", (0.0, 1.0), "0.05 to 20"),
        ("resize", (0.5,), "two"),
        ("jpeg_quality", (0, 50), "1 to 100"),
        ("jpeg_quality", (50.5, 60), "whole"),
        ("blur_kernels", (), "empty"),
        ("chroma", ("4:1:1",), r"not 4:1:1"),
    ],
)
def test_senseless_values_are_refused(name: str, value: Any, words: str) -> None:  # noqa: ANN401
    """With the name of the field and what it may be."""
    with pytest.raises(ValueError, match=f"{name} .*{words}"):
        Options(**{name: value})


def test_second_round() -> None:
    """Takes its own ranges, and the others from the first."""
    second = KINDS["strong"].second_round()
    assert second.blur_sigma == KINDS["strong"].second_blur_sigma == (0.2, 1.5)
    assert second.resize == (0.3, 1.2)
    assert second.jpeg_quality == KINDS["strong"].jpeg_quality


def test_options_turn_into_words_and_back() -> None:
    """The fewest words: the nearest kind and what differs from it."""
    options = replace(KINDS["strong"], jpeg_quality=(40, 60), chroma=("4:4:4", "4:2:0"))
    words = to_words(options)
    assert words == "--kind strong --jpeg-quality 40 60 --chroma 4:4:4 4:2:0".split()
    assert parsed(*words) == options
    assert to_words(KINDS["mild"]) == ["--kind", "mild"]
