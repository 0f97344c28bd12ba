"""The table of patterns against its prose: a direct look at segments of random lasso words."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.check.check import check_spec
from fsm.logic.words import satisfied
from fsm.report.claim_words import CLAIMS
from fsm.report.claims import claimed
from fsm.report.conclusion import conclude
from fsm.report.labels import Labels
from fsm.spec.patterns import MEANINGS, SCOPES, formula_of, parse_formula
from fsm.temporal import Temporal, written
from tests.logic.dwyer import PATTERNS
from tests.logic.small import ARCS, FAIR, Arc, spec_of, violated_in
from tests.logic.strategies import Word
from tests.logic.test_formulas import decided

ROOT = Path(__file__).parents[2]
Segment = list[frozenset[str]]
LAPS = 5  # more than any chain has parts, and than is counted here
GRID = list(product(MEANINGS, SCOPES))


def segments(word: Word, scope: tuple[str, ...]) -> Iterator[tuple[Segment, int]]:
    """The parts of the run in the scope, and how many moments of each to look from.

    A part without end is unrolled by so many laps that a look from its first `len(word)` moments,
    after which all repeats, meets whatever there is to meet.
    """
    letters = list(word.letters)
    lap = letters[word.loop :]
    size = len(letters)
    run = letters + lap * LAPS * 2
    ends = [k for k, letter in enumerate(run) if "r" in letter]
    starts = [k for k in range(size) if "q" in run[k]]
    if "after" not in scope:
        starts = [0]
    elif scope == ("after",):
        starts = starts[:1]
    else:
        starts = [k for k in starts if "r" not in run[k]]
    for start in starts:
        end = next((k for k in ends if k >= start), None)
        if end is not None and ("before" in scope or "until" in scope):
            yield run[start:end], end - start
        elif "before" not in scope:
            yield run[start:], size


def fulfilled(name: str, part: Segment, looks: int, bound: int) -> bool:
    """The prose of a pattern, on a part of a run."""

    def at(letter: str, first: int = 0, last: int | None = None) -> list[int]:
        """The moments with the letter, from one to another, both included."""
        stop = len(part) if last is None else last + 1
        return [k for k in range(first, stop) if letter in part[k]]

    first_p = min(at("p"), default=None)
    match name:
        case "absence":
            return not at("p")
        case "universality":
            return len(at("p")) == len(part)
        case "existence":
            return bool(at("p"))
        case "bounded existence":
            return sum(1 for k in at("p") if k == 0 or "p" not in part[k - 1]) <= bound
        case "bounded occurrence":
            return len(at("p")) <= bound
        case "precedence":
            return first_p is None or bool(at("s", 0, first_p))
        case "response":
            return all(at("s", k) for k in at("p", 0, looks - 1))
        case "precedence chain, two before one":
            return first_p is None or any(at("t", k + 1, first_p) for k in at("s", 0, first_p - 1))
        case "precedence chain, one before two":
            return all(at("p", 0, k) for k in at("s", 0, looks - 1) if at("t", k + 1))
        case "response chain, one to two":
            # The first t after s completes the chain.
            after = [at("t", k + 1) for k in at("s", 0, looks - 1)]
            return all(at("p", found[0]) for found in after if found)
        case "response chain, two to one":
            return all(any(at("t", j + 1) for j in at("s", k)) for k in at("p", 0, looks - 1))
        case "constrained chain":
            return all(
                any(not at("z", j, m - 1) for j in at("s", k) for m in at("t", j + 1))
                for k in at("p", 0, looks - 1)
            )
    raise AssertionError(name)


def prose(name: str, scope: tuple[str, ...], bound: int, word: Word) -> bool:
    return all(fulfilled(name, part, looks, bound) for part, looks in segments(word, scope))


LETTERS = st.lists(st.frozensets(st.sampled_from("pstzqr")), min_size=1, max_size=7)
WORDS = LETTERS.flatmap(
    lambda letters: st.builds(
        Word, st.just(tuple(letters)), st.integers(0, len(letters) - 1)
    )
)  # fmt: skip


def check_prose(name: str, scope: tuple[str, ...], bound: int, word: Word) -> None:
    formula = formula_of(name, scope, bound)
    meant = satisfied(formula, len(word.letters), word.loop, word.test)
    assert meant == prose(name, scope, bound, word)


@pytest.mark.parametrize(("name", "scope"), GRID)
@given(st.integers(0, 3), WORDS)
@settings(max_examples=25, deadline=None)
def test_a_formula_says_what_its_prose_says(
    name: str, scope: tuple[str, ...], bound: int, word: Word
) -> None:
    check_prose(name, scope, bound, word)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "scope"), GRID)
@given(st.integers(0, 3), WORDS)
@settings(max_examples=3000, deadline=None)
def test_a_formula_says_what_its_prose_says_at_length(
    name: str, scope: tuple[str, ...], bound: int, word: Word
) -> None:
    check_prose(name, scope, bound, word)


# Of these the catalogue's formula and its prose disagree, and the table keeps to the prose: on the
# word (its positions, and where it loops to) its formula is as the flag says, the catalogue's not.
NOT_AS_PRINTED: dict[tuple[str, str], tuple[tuple[str, ...], int, bool]] = {
    # `F (q & …)` lets any q be the one that counts, not the first.
    ("precedence", "after"): (("pq", "", "q"), 1, False),
    # `q & F p -> …` is an implication as a whole, and true where q is not.
    ("precedence chain, two before one", "after"): (("p", "q"), 0, False),
    # `F p`, `U t`: what comes with the end of the scope, or after it, counts as well.
    ("response chain, one to two", "before"): (("st", "rt"), 1, True),
    ("response chain, one to two", "after before"): (("rst", "qs"), 0, True),
    ("response chain, one to two", "after until"): (("rst", "qs"), 0, True),
    ("response chain, two to one", "before"): (("psz", "rt"), 0, False),
    ("response chain, two to one", "after before"): (("pqs", "rtz"), 1, False),
    ("constrained chain", "before"): (("ps", "rt", "z"), 0, False),
    ("constrained chain", "after before"): (("pqs", "rtz"), 1, False),
    # `p -> (s & …)` has lost the F: the answer would have to come at once.
    ("response chain, two to one", "after"): (("pq", "st"), 0, True),
    ("response chain, two to one", "after until"): (("pq", "st"), 0, True),
    ("constrained chain", "after"): (("pq", "st"), 0, True),
    ("constrained chain", "after until"): (("pq", "st"), 0, True),
}
DWYERS_SCOPES = ("", "before", "after", "after before", "after until")
PRINTED = {
    (name, scope): parse_formula(text)
    for name, texts in PATTERNS.items()
    for scope, text in zip(
        ("", "before", "after", "after before", "after until"), texts, strict=True
    )
}


def true_on(formula: Temporal, word: Word) -> bool:
    return satisfied(formula, len(word.letters), word.loop, word.test)


@pytest.mark.parametrize(("name", "scope"), [k for k in PRINTED if k not in NOT_AS_PRINTED])
@given(WORDS)
@settings(max_examples=25, deadline=None)
def test_the_table_says_what_the_catalogue_says(name: str, scope: str, word: Word) -> None:
    mine = formula_of(name, tuple(scope.split()), 2)
    assert true_on(mine, word) == true_on(PRINTED[name, scope], word)


@pytest.mark.parametrize(("name", "scope"), NOT_AS_PRINTED)
def test_where_the_catalogue_misses_its_prose_the_table_does_not(name: str, scope: str) -> None:
    letters, loop, verdict = NOT_AS_PRINTED[name, scope]
    word, keys = Word(tuple(map(frozenset, letters)), loop), tuple(scope.split())
    assert true_on(formula_of(name, keys, 2), word) is verdict
    assert prose(name, keys, 2, word) is verdict
    assert true_on(PRINTED[name, scope], word) is not verdict


# The conditions of a pattern in the small systems of `test_formulas`.
SAID = {
    "p": "fired(go)", "s": "m == b", "t": "m == c", "z": "fired(hop)", "q": "m == a",
    "r": "m == c",
}  # fmt: skip
SYSTEMS: list[list[Arc]] = [
    [("a", "go", "b", False), ("b", "hop", "c", True), ("c", "go", "a", False)],
    [("a", "hop", "b", True), ("b", "go", "a", False), ("a", "go", "c", False)],
    [("a", "go", "b", True), ("b", "hop", "b", False), ("b", "go", "c", False)],
]
PLAIN = ("absence", "universality", "existence", "bounded occurrence", "precedence", "response")


def as_spec_writes(name: str, scope: tuple[str, ...]) -> str:
    """The keys of a property, from the column of the table that shows them."""
    said = {letter: f'"{text}"' for letter, text in SAID.items()}
    if name == "bounded occurrence":
        said["p"] = "go"
    keys = MEANINGS[name].written.replace("at_most: n", "at_most: 1")
    ends = dict(zip(("after", "before", "until"), "qrr", strict=True))
    if scope:
        keys += f", scope: {{{', '.join(f'{key}: {ends[key]}' for key in scope)}}}"
    return re.sub(r"\b([pstzqr])\b(?!:)", lambda found: said[found[1]], keys)


def as_formula(name: str, scope: tuple[str, ...]) -> str:
    return written(formula_of(name, scope, 1), lambda letter: f"({SAID[str(letter)]})")


@pytest.mark.parametrize(("name", "scope"), GRID)
def test_the_loader_makes_this_formula_of_these_keys(name: str, scope: tuple[str, ...]) -> None:
    keys, formula = as_spec_writes(name, scope), f'ltl: "{as_formula(name, scope)}"'
    (read,) = spec_of(SYSTEMS[0], {}, keys).properties
    if scope or name not in PLAIN:
        assert read.idiom is not None
        assert (read.idiom.name, read.idiom.scope) == (name, scope)
        said = {letter: found.text for letter, found in read.idiom.letters}
        assert said == {k: "go" if "occurrence" in name and k == "p" else SAID[k] for k in said}
    for arcs in SYSTEMS:
        assert decided(arcs, {}, keys).violated == decided(arcs, {}, formula).violated


@pytest.mark.parametrize("name", PLAIN)
@given(ARCS, FAIR)
@settings(max_examples=15, deadline=None)
def test_what_is_decided_by_an_observer_is_what_the_table_says(
    name: str, arcs: list[Arc], fair: dict[str, str]
) -> None:
    watched = decided(arcs, fair, as_spec_writes(name, ()))
    assert violated_in(watched) == violated_in(
        decided(arcs, fair, f'ltl: "{as_formula(name, ())}"')
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("name", "scope"), GRID)
def test_every_claim_is_said_in_words(name: str, scope: tuple[str, ...], lang: str) -> None:
    spec = spec_of([("a", "go", "b", False)], {}, as_spec_writes(name, scope))
    said = claimed(spec.properties[0], Labels(spec, lang))
    chinese = bool(re.search(r"[\u4e00-\u9fff]", said))
    assert chinese == (lang == "zh")
    assert not re.search(r"[{}]|，\s|^\s", said)
    assert CLAIMS["zh"].keys() == CLAIMS["en"].keys()


def table() -> str:
    """The documentation of the table, as `specs/README.md` shows it."""

    def cell(text: str) -> str:
        return f"`{text}`".replace("|", "\\|")

    lines = ["| pattern | written | formula, for ever | formula, up to `r` |", "|---|---|---|---|"]
    for name, m in MEANINGS.items():
        none, closed = m.whole, m.closed
        if m.more[0]:
            lines.append(f"| {name}, n = 0 | {cell(m.written)} | {cell(none)} | {cell(closed)} |")
            name, (none, closed) = f"{name}, one more", m.more
        lines.append(f"| {name} | {cell(m.written)} | {cell(none)} | {cell(closed)} |")
    lines += ["", "| scope | formula |", "|---|---|"]
    ends = {"after": "after: q", "before": "before: r", "until": "until: r"}
    for keys, text in SCOPES.items():
        shown = f"scope: {{{', '.join(ends[key] for key in keys)}}}" if keys else ""
        lines.append(f"| {cell(shown) if shown else 'none'} | {cell(text)} |")
    return "\n".join(lines) + "\n"


def test_the_documentation_shows_the_table() -> None:
    assert table() in (ROOT / "specs" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("lang", "claim"),
    [
        ("en", "between the point where m is “a” and the point where m is “c”, it never comes to "
         "this: “go”"),
        ("zh", "在 m 为“a”的情形与其后的 m 为“c”的情形之间，从不出现这样的情形：“go”"),
    ],
)  # fmt: skip
def test_a_story_says_which_claim_is_not_kept(lang: str, claim: str) -> None:
    report = check_spec(spec_of(SYSTEMS[2], {}, as_spec_writes("absence", ("after", "before"))))
    (result,) = report.results
    labels = Labels(report.spec, lang)
    assert claimed(result.property, labels) == claim
    assert result.run is not None
    assert claim in conclude(result, result.run, labels, None)
