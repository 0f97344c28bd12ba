"""The table of patterns: against prose, against Dwyer's catalogue, and against the page that shows
it."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.logic.automaton import accepting_components
from fsm.logic.translate import translate
from fsm.logic.words import satisfied
from fsm.spec.patterns import MEANINGS, SCOPES, formula_of
from fsm.temporal import Compound, Temporal, TOp, written
from tests.logic.dwyer import PATTERNS as DWYER
from tests.logic.formulas import read
from tests.logic.prose import true_on
from tests.logic.strategies import Word

COUNTING = ("bounded existence", "bounded occurrence")
ROWS = list(product(MEANINGS, SCOPES))


def words(least: int = 1) -> st.SearchStrategy[Word]:
    """Runs on which every second condition or so is false, so that scopes open and close."""
    letter = st.lists(st.sampled_from("pstzqr"), max_size=3).map(frozenset)
    letters = st.lists(letter, min_size=least, max_size=9)
    return letters.flatmap(
        lambda found: st.builds(Word, st.just(tuple(found)), st.integers(0, len(found) - 1))
    )


def formula_is_true(formula: Temporal, word: Word) -> bool:
    return satisfied(formula, len(word.letters), word.loop, word.test)


def compare(name: str, scope: tuple[str, ...], word: Word) -> None:
    for bound in (0, 1, 2) if name in COUNTING else (2,):
        formula = formula_of(name, scope, bound)
        assert formula_is_true(formula, word) is true_on(name, scope, word, bound), (
            written(formula), word,
        )  # fmt: skip


@given(words())
@settings(max_examples=150, deadline=None)
def test_every_formula_says_what_the_prose_says(word: Word) -> None:
    for name, scope in ROWS:
        compare(name, scope, word)


@pytest.mark.slow
@given(words())
@settings(max_examples=20_000, deadline=None)
def test_every_formula_says_what_the_prose_says_at_length(word: Word) -> None:
    for name, scope in ROWS:
        compare(name, scope, word)


# --- the catalogue ------------------------------------------------------------------------------

DWYERS_SCOPES = ((), ("before",), ("after",), ("after", "before"), ("after", "until"))
# Where the catalogue's formula means something else than ours, which the prose test above backs: it
# reads after the first q as after some q, lets a chain reach beyond its end r, or leaves out an F.
DIFFERENT = {
    ("precedence", ("after",)),
    ("precedence chain, two before one", ("after",)),
    ("response chain, one to two", ("before",)),
    ("response chain, one to two", ("after", "before")),
    ("response chain, one to two", ("after", "until")),
    *product(("response chain, two to one", "constrained chain"), DWYERS_SCOPES[1:]),
}


def equivalent(one: Temporal, other: Temporal) -> bool:
    """Do they mean the same on every run? Neither but the one, neither but the other."""
    both = ((one, other), (other, one))
    return not any(
        accepting_components(translate(Compound(TOp.AND, (a, Compound(TOp.NOT, (b,))))))
        for a, b in both
    )


def test_against_dwyers_catalogue() -> None:
    found = {}
    for name in DWYER:
        for k, scope in enumerate(DWYERS_SCOPES):
            found[name, scope] = equivalent(formula_of(name, scope, 2), read(DWYER[name][k]))
    assert len(found) == 55
    assert {key for key, same in found.items() if not same} == DIFFERENT


def test_a_formula_closed_by_nothing_is_the_whole_one() -> None:
    for name in MEANINGS:
        until = formula_of(name, ("until",), 2)
        never = Compound(TOp.IMPLIES, (read("G !r"), until))
        assert equivalent(never, Compound(TOp.IMPLIES, (read("G !r"), formula_of(name, (), 2))))


def test_the_documentation_shows_the_tables() -> None:
    page = (Path(__file__).parents[2] / "specs" / "README.md").read_text(encoding="utf-8")
    for found in MEANINGS.values():
        cells = (found.written, found.more[0] or found.whole, found.more[1] or found.closed)
        row = "| " + " | ".join(f"`{cell}`".replace("|", "\\|") for cell in cells) + " |"
        assert row in page, row
    for scope, formula in SCOPES.items():
        assert f"| `{', '.join(scope) or '-'}` | `{formula}` |" in page
