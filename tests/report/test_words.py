"""Both tables say the same things, each in its own language."""

import re
from string import Formatter

from fsm.report.words import Words
from fsm.report.words_en import EN
from fsm.report.words_zh import ZH

# Letters that are input or notation in every language: commands of the simulator.
NOTATION = re.compile(r"\b(t N|i N|u|s|h|q|N)(?![a-z])")


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_tables_have_the_same_keys_in_the_same_order() -> None:
    assert list(EN) == list(ZH)


def test_both_use_the_same_blanks() -> None:
    assert {k: blanks(v) for k, v in EN.items()} == {k: blanks(v) for k, v in ZH.items()}


def test_no_sentence_mixes_languages() -> None:
    for key, text in EN.items():
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", text), key
    for key, text in ZH.items():
        rest = NOTATION.sub("", re.sub(r"\{\w+\}", "", text))
        assert not re.search(r"[A-Za-z]", rest), key


def test_numbers_agree_with_their_noun() -> None:
    words = Words("en")
    assert words.number("states", 1) == "1 state"
    assert words.number("states", 12345) == "12,345 states"
    assert words.number("properties", 1) == "1 property"
    assert Words("zh").number("variants", 2) == "2 种配置"


def test_every_word_is_used() -> None:
    from pathlib import Path

    import fsm.cli
    import fsm.report

    folders = [Path(module.__path__[0]) for module in (fsm.report, fsm.cli)]
    source = "".join(
        file.read_text(encoding="utf-8")
        for folder in folders
        for file in folder.glob("*.py")
        if not file.name.startswith("words_")
    )
    quoted = set(re.findall(r"'\w+'|\"\w+\"", source))
    singular = {"variant", "state", "transition", "property"} | {k[:-1] for k in EN if k[-1] == "s"}
    unused = [k for k in EN if not {f'"{k}"', f"'{k}'"} & quoted and k not in singular]
    assert not unused
