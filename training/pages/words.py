"""Random words, sentences, numbers and lines of code; they need look like text, not mean anything."""

# ruff: noqa: RUF001 (the lists of Greek and Cyrillic words mean their letters)

from __future__ import annotations

from collections.abc import Callable

import numpy as np

WORDS = {
    "latin": (
        "the of and to in is that for it as was with be by on not he his but at are this have from or had "
        "an they which one you were all her she there would their we him been has when who will no more if "
        "out so up said what its about than into them can only other time new some could these two may "
        "first then do any like my now over such our man me even most made after also did many off before "
        "must well back through years where much your way down should because long each just state people "
        "those too mr how little good world make very year still see own work men day get here old life "
        "both between being under three never know same last another while us might great go come since "
        "against right came take used himself few house use place during high without again home around "
        "small however found mrs part school thought went say general once upon war every left united "
        "don't does got number hand course water until always away public something fact less through put "
        "head think called set end yes company system better nothing young group social often order "
        "quickly jumping wizard fox quartz box vex zebra jigsaw azure kayak oxygen rhythm sphinx buzz "
        "pixel vector"
    ).split(),
    "accented": (
        "für über schön größe straße möchte müssen könnte führen öffnen café été déjà où leçon être hôtel "
        "garçon naïve français niño mañana señor año corazón acción también cómo está år smörgås på från "
        "hjälp blåbær łódź żółty większość może święto zażółć gęślą jaźń čeština řeka šest příliš "
        "žluťoučký kůň œuvre façade"
    ).split(),
    "cyrillic": (
        "и в не на что он как это по но из за от так все она было время человек год дело жизнь рука день "
        "вопрос слово город место друг лицо страна работа мир случай сила конец вид система часть школа "
        "вода съешь ещё этих мягких булок широкая электрификация южных губерний объявление щука Москва "
        "Привет файл настройки"
    ).split(),
    "greek": (
        "και το να η με για την που από είναι στο δεν του θα της μια αυτό στην όταν κάθε χρόνος άνθρωπος "
        "ημέρα ζωή κόσμος χώρα πόλη λόγος νερό φως ξεσκεπάζω ψυχοφθόρα βδελυγμία αλφάβητο ερώτηση Αθήνα "
        "Ελλάδα σελίδα"
    ).split(),
}

NOUNS = (
    "File Edit View Insert Format Tools Help Open Save Close Print Cancel OK Apply Settings Search Home "
    "Profile Account Download Upload Delete Rename Copy Paste Undo Redo Share Export Import New Options "
    "Window Back Next Finish Retry Sign Log Name Address City Email Password Phone Country Date Time "
    "Status Total Price Size Type Language Network Privacy Sound Display Battery Storage Updates About Yes "
    "No Submit Reset Menu Play Pause"
).split()

IDENTIFIERS = (
    "i j n x y value index count result data buffer node list self key item path name size offset state "
    "error config line token parse read_file get_value set_name isEmpty toString makeArray MAX_SIZE width "
    "height args"
).split()

CODE = (
    "for {a} in range({n}):",
    "if ({a} == {b}) {{",
    "}} else {{",
    "return {a}.{b}({c});",
    "let {a} = {b}[{n}];",
    "def {a}({b}, {c}={n}):",
    "{a} += {b} * {n}",
    '{a} = "{w}"',
    "// {w} {v} {w}",
    "# {w} {v}",
    "import {a}",
    "while ({a} < {n}) {a}++;",
    "fn {a}(&self, {b}: u32) -> u8 {{",
    'printf("%d\\n", {a});',
    "const {a} = ({b}) => {c};",
    '<div class="{a}">{w}</div>',
    "SELECT {a}, {b} FROM {c};",
    "$ ls -l /{a}/{b}",
    "}}",
    "assert {a} != {n} && !{b};",
    "[{n}] {w}: 0x{h}",
)

MARKS = ("", "", "", "", "", "", "", ",", ",", ";", ":", "!", "?", ".", ")")


def pick(rng: np.random.Generator, options: list[str] | tuple[str, ...]) -> str:
    """Return one of the options."""
    return options[rng.integers(len(options))]


def word(rng: np.random.Generator, script: str = "latin") -> str:
    """Return one word: of a list, now and then of random letters, in any case."""
    if script == "latin" and rng.random() < 0.15:
        letters = "abcdefghijklmnopqrstuvwxyz"
        text = "".join(letters[i] for i in rng.integers(26, size=rng.integers(2, 10)))
    elif script == "accented" and rng.random() < 0.5:
        text = pick(rng, WORDS["latin"])
    else:
        text = pick(rng, WORDS[script])
    chance = rng.random()
    if chance < 0.14:
        return text[0].upper() + text[1:]
    return text.upper() if chance < 0.18 else text


def number(rng: np.random.Generator) -> str:
    """Return a number as tables and bills have them: whole, decimal, money, percent, date, time."""
    value = int(10 ** rng.uniform(0, 7))
    forms: tuple[Callable[[], str], ...] = (
        lambda: str(value),
        lambda: f"{value:,}",
        lambda: f"{value / 100:.2f}",
        lambda: f"{pick(rng, ('$', '€', '£'))}{value / 100:,.2f}",
        lambda: f"{value % 1000 / 10:.1f}%",
        lambda: f"{rng.integers(1, 29):02}.{rng.integers(1, 13):02}.{rng.integers(1950, 2050)}",
        lambda: f"{rng.integers(1950, 2050)}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}",
        lambda: f"{rng.integers(24):02}:{rng.integers(60):02}",
        lambda: f"{pick(rng, ('+', '-', '±'))}{value % 100}",
        lambda: f"({rng.integers(100, 999)}) {rng.integers(100, 999)}-{rng.integers(1000, 9999)}",
    )
    return forms[rng.integers(len(forms))]()


def address(rng: np.random.Generator) -> str:
    """Return something like a web or mail address or a path."""
    a, b = pick(rng, WORDS["latin"]), pick(rng, WORDS["latin"])
    forms = (
        f"www.{a}-{b}.com",
        f"{a}.{b}@{b}.org",
        f"/usr/{a}/{b}.txt",
        f"https://{a}.net/{b}?id={rng.integers(999)}",
    )
    return pick(rng, forms)


def token(rng: np.random.Generator, script: str = "latin") -> str:
    """Return what may stand between two spaces: a word with a mark, a number or an address."""
    chance = rng.random()
    if chance < 0.1:
        return number(rng)
    if chance < 0.12:
        return address(rng)
    text = word(rng, script)
    if chance < 0.14:
        return f"({text})"
    return f'"{text}"' if chance < 0.16 else text + pick(rng, MARKS)


def phrase(rng: np.random.Generator, count: int, script: str = "latin") -> str:
    """Return `count` tokens, the first with a capital letter."""
    text = " ".join(token(rng, script) for _ in range(count))
    return text[:1].upper() + text[1:]


def label(rng: np.random.Generator, script: str = "latin") -> str:
    """Return what is written on buttons and menus: one or two words."""
    if script != "latin" or rng.random() < 0.3:
        return word(rng, script).capitalize()
    return pick(rng, NOUNS) + (f" {pick(rng, NOUNS)}" if rng.random() < 0.3 else "")


def code_line(rng: np.random.Generator) -> str:
    """Return a line of a program in no language in particular."""
    names = {key: pick(rng, IDENTIFIERS) for key in "abc"}
    values = {"n": rng.integers(300), "w": pick(rng, WORDS["latin"]), "v": pick(rng, WORDS["latin"])}
    return pick(rng, CODE).format(**names, **values, h=f"{rng.integers(2**32):08x}")
