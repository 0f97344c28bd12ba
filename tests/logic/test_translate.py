"""Automata, normal forms and prefixes against the meaning of formulas on words; sizes."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import assume, given, settings

from fsm.logic.automaton import (
    Automaton,
    Edge,
    accepting_components,
    letters_of,
    may_wait,
    reduced,
)
from fsm.logic.normal import implies, negated, normal
from fsm.logic.translate import translate
from fsm.logic.words import refuted, satisfied
from fsm.temporal import Compound, Temporal, TOp, subformulas, written
from fsm.temporal import tests as atoms_of
from tests.logic.dwyer import FORMULAS as DWYER
from tests.logic.dwyer import PATTERNS, PUBLISHED
from tests.logic.formulas import read
from tests.logic.strategies import FORMULAS, WORDS, Word, accepts


def true_on(formula: Temporal, word: Word) -> bool:
    return satisfied(formula, len(word.letters), word.loop, word.test)


def agrees(formula: Temporal, word: Word) -> None:
    number = {test: k for k, test in enumerate(atoms_of(formula))}
    expected = true_on(formula, word)
    assert accepts(translate(formula), word, number) is expected, written(formula)
    assert true_on(normal(formula), word) is expected
    assert true_on(negated(formula), word) is not expected
    if refuted(formula, len(word.letters), word.test):
        assert not expected


@given(FORMULAS, WORDS)
@settings(max_examples=400, deadline=2_000)
def test_automaton_and_normal_form_mean_what_the_formula_means(
    formula: Temporal, word: Word
) -> None:
    agrees(formula, word)


@given(FORMULAS, WORDS)
@settings(max_examples=400, deadline=2_000)
def test_what_may_wait_accepts_what_it_accepts_once_it_has_left(
    formula: Temporal, word: Word
) -> None:
    automaton = translate(formula)
    number = {test: k for k, test in enumerate(atoms_of(formula))}
    left = any(
        edge.letters >> sum(1 << number[test] for test in letter if test in number) & 1
        and accepts(automaton, rest(word, k), number, edge.target)
        for k, letter in enumerate(word.letters)
        for edge in automaton.edges[0]
        if edge.target != 0
    )
    if may_wait(automaton):
        assert accepts(automaton, word, number) is left


def rest(word: Word, k: int) -> Word:
    """After position k."""
    return Word(word.letters[k + 1 :] + word.letters[word.loop :], len(word.letters) - k - 1)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("G (a -> F b)", True),
        ("G a", True),
        ("G (a -> G a)", True),
        ("G (a -> X b)", True),
        ("F G a -> G b", True),
        ("F a", False),
        ("a W b", False),
        ("a -> G b", False),
        ("F G a", False),
    ],
)
def test_which_claims_may_wait_to_be_broken(formula: str, expected: bool) -> None:
    """Claims about every moment, whatever came before it, and no others."""
    assert may_wait(translate(Compound(TOp.NOT, (read(formula),)))) is expected


@pytest.mark.slow
@given(FORMULAS, WORDS)
@settings(max_examples=60_000, deadline=None)
def test_automaton_and_normal_form_mean_what_the_formula_means_at_length(
    formula: Temporal, word: Word
) -> None:
    agrees(formula, word)


@given(FORMULAS, FORMULAS, WORDS)
@settings(max_examples=300)
def test_what_implies_syntactically_implies(one: Temporal, other: Temporal, word: Word) -> None:
    a, b = normal(one), normal(other)
    if implies(a, b) and true_on(a, word):
        assert true_on(b, word)


def letters(text: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(part.replace("-", "")) for part in text.split())


@pytest.mark.parametrize(
    ("formula", "word", "loop", "expected"),
    [
        ("a U b", "a a b -", 3, True),
        ("a U b", "a a a", 0, False),
        ("a W b", "a a a", 0, True),
        ("a W b", "a - b", 0, False),
        ("a R b", "b ab -", 2, True),
        ("a R b", "b b -", 2, False),
        ("a R b", "b", 0, True),
        ("a M b", "b", 0, False),
        ("G F a", "a - -", 1, False),
        ("G F a", "- a -", 1, True),
        ("F G a", "- a a", 1, True),
        ("X a", "- a", 1, True),
        ("X X a", "- a b", 1, False),
        ("a <-> X b", "a b", 1, True),
    ],
)
def test_formulas_on_words_by_hand(formula: str, word: str, loop: int, expected: bool) -> None:
    """Baier & Katoen, Principles of Model Checking, section 5.1.2."""
    assert true_on(read(formula), Word(letters(word), loop)) is expected


@pytest.mark.parametrize(
    ("formula", "prefix", "bad"),
    [
        ("G a", "a a -", True),
        ("G a", "a a a", False),
        ("F a", "- - -", False),
        ("a W b", "a -", True),
        ("X X a", "- -", False),
        ("X X a", "- - b", True),
        ("G a & F b", "-", True),
        ("G (a -> X b)", "a a", True),
        ("!(a U b)", "a b", True),
    ],
)
def test_bad_prefixes_by_hand(formula: str, prefix: str, bad: bool) -> None:
    word = Word(letters(prefix), 0)
    assert refuted(read(formula), len(word.letters), word.test) is bad


def test_reduction_keeps_what_is_accepted() -> None:
    """Two copies of the same state become one, and a state without a way out goes."""
    a = letters_of(1, 0, 1)
    whole = letters_of(0, 0, 1)
    edges = (
        (Edge(a, 0, 1), Edge(a, 0, 2), Edge(whole, 0, 3)),
        (Edge(whole, 1, 1),),
        (Edge(whole, 1, 2),),
        (Edge(a, 0, 3),),
    )
    small = reduced(Automaton(1, 1, edges))
    assert len(small.edges) == 2
    assert [len(out) for out in small.edges] == [1, 1]


def sizes(formulas: Sequence[Temporal]) -> list[int]:
    return [len(translate(formula).edges) for formula in formulas]


def test_automata_of_dwyers_patterns_are_as_small_as_any_published() -> None:
    """The table is in README.md, here."""
    assert len(DWYER) == 55
    assert list(map(len, PATTERNS.values())) == [5] * 11
    ours = sizes([*map(read, DWYER)])
    for text, mine, theirs in zip(DWYER, ours, PUBLISHED["LTL3BA"], strict=True):
        assert mine <= theirs, text
    assert sum(ours) <= sum(PUBLISHED["Spot"]) < sum(PUBLISHED["LTL3BA"])
    rows = [sum(ours[k : k + 5]) for k in range(0, 55, 5)]
    table = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
    for k, (name, total) in enumerate(zip(PATTERNS, rows, strict=True)):
        theirs = (sum(PUBLISHED[tool][5 * k : 5 * k + 5]) for tool in ("Spot", "LTL3BA"))
        assert "| ".join(f"{x} " for x in (name, total, *theirs)) in table


def test_automata_of_what_dwyers_patterns_forbid_stay_small() -> None:
    """It is these that properties are checked with; no figures are published for them."""
    assert sum(sizes([Compound(TOp.NOT, (read(f),)) for f in DWYER])) <= 218


@pytest.mark.parametrize(
    ("formula", "states"),
    [
        ("F a", 2), ("G (a -> X b)", 2), ("F (a & X F b)", 3), ("G a | F b", 3), ("a W (b W c)", 3),
        ("F a & F b & G !c", 4), ("G F a", 1), ("F G a", 2),
    ],
)  # fmt: skip
def test_obligations_have_the_smallest_deterministic_automata(formula: str, states: int) -> None:
    """By hand, from the residual languages; the last two are no obligations."""
    automaton = translate(read(formula))
    assert len(automaton.edges) == states
    deterministic = all(
        not e.letters & other.letters
        for edges in automaton.edges
        for k, e in enumerate(edges)
        for other in edges[k + 1 :]
    )
    assert deterministic is (formula != "F G a")


def test_a_negation_that_would_be_large_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The automaton of the formula is small, that of its negation has 2^9 states."""
    looked = []
    monkeypatch.setattr("fsm.logic.translate.smallest_weak", lambda *two: looked.append(two))
    formula = read(" | ".join(f"G {name}" for name in "pqrstzabc"))
    assert len(translate(formula).edges) <= 10
    assert not looked
    translate(read("G p | G q"))
    assert looked


SAFE = ["G a", "a W b", "G (a -> X (b | c))", "(a U b) | G a", "F a -> (!b U a)", "X X a & (b R c)"]
LIVE = ["F a", "G F a", "a U b", "G (a -> F b)", "G a & F b", "F G a", "G a -> G b"]


@pytest.mark.parametrize("formula", [*SAFE, *LIVE])
def test_safety_is_recognised(formula: str) -> None:
    """A formula is safe if each word that violates it has a prefix that no word saves: every state
    in which the automaton of the negation could go on accepting for ever accepts all."""
    automaton = translate(Compound(TOp.NOT, (read(formula),)))
    plain = all(automaton.accepts_all(state) for state in accepting_components(automaton))
    assert plain is (formula in SAFE)


# --- against SPIN -----------------------------------------------------------------------------

spin = pytest.mark.skipif(shutil.which("spin") is None, reason="needs spin")
_NAME = re.compile(r"(\w+):")
_EDGE = re.compile(r":: (?:atomic \{ )?\((.*?)\) -> (?:goto (\w+)|assert)")


def spins(formula: Temporal) -> tuple[Automaton, dict[object, int]]:
    """The automaton that `spin -f` makes: states called accept… are visited again and again."""
    text = written(formula).replace("F ", "<> ").replace("G ", "[] ").replace("R", "V")
    text = text.replace("&", "&&").replace("|", "||")
    done = subprocess.run(["spin", "-f", text], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    places: dict[str, int] = {}  # a state may have several labels
    accepting: list[bool] = []
    out: list[list[tuple[str, str]]] = []
    fresh = True
    for line in map(str.strip, done.stdout.splitlines()):
        if (label := _NAME.fullmatch(line)) is not None:
            if fresh:
                accepting.append(False)
                out.append([])
            places[label[1]] = len(out) - 1
            accepting[-1] |= label[1].startswith("accept")
            fresh = False
            continue
        fresh = True
        if (edge := _EDGE.match(line)) is not None:
            out[-1].append((edge[1], edge[2] or "accept_all"))  # it says so by `assert`
        elif line.startswith("skip"):
            out[-1].append(("1", "accept_all"))
    number = {test: k for k, test in enumerate(atoms_of(formula))}
    edges = tuple(
        tuple(Edge(_guard(guard, number), int(final), places[target]) for guard, target in ways)
        for ways, final in zip(out, accepting, strict=True)
    )
    return Automaton(len(number), 1, edges), number


def _guard(text: str, number: dict[object, int]) -> int:
    """The letters in which a guard of the never claim is true."""
    python = text.replace("&&", " and ").replace("||", " or ").replace("!", " not ")
    found = 0
    for letter in range(1 << len(number)):
        values = {str(test): bool(letter >> k & 1) for test, k in number.items()}
        found |= 1 << letter if eval(python, {}, values) else 0
    return found


@spin
@given(FORMULAS, WORDS)
@settings(max_examples=40, deadline=None)
def test_spin_accepts_the_same_words(formula: Temporal, word: Word) -> None:
    core = normal(formula)
    has_next = any(isinstance(f, Compound) and f.op is TOp.NEXT for f in subformulas(core))
    assume(atoms_of(core) and not has_next)  # SPIN is mostly built without X
    theirs, number = spins(core)
    assert accepts(theirs, word, number) is true_on(formula, word)


@spin
def test_no_automaton_of_dwyers_is_larger_than_spins() -> None:
    ours = theirs = 0
    for text in DWYER[:10] + DWYER[15:30]:
        opposite = Compound(TOp.NOT, (read(text),))
        made = len(translate(opposite).edges)
        spins_ = len(spins(normal(opposite))[0].edges)
        assert made <= spins_, text
        ours, theirs = ours + made, theirs + spins_
    assert ours < theirs
