"""Small systems: one machine that owns two events, as a spec, as the list of its lassos and, for
SPIN, as a model that is compiled once for all of them."""

from collections.abc import Iterator, Mapping, Sequence

from hypothesis import strategies as st

from fsm.check.results import PropertyResult
from fsm.model import Spec
from fsm.spec.load import parse_spec
from fsm.temporal import FALSE, TRUE, Atom, Compound, Temporal, TOp, Truth
from tests.logic.strategies import BINARY, grown

STATES = ("a", "b", "c")
EVENTS = ("go", "hop")
Arc = tuple[str, str, str, bool]  # from, event, to, only with the switch on
Letter = tuple[str, str]  # the state, and the event that led there
Lasso = tuple[list[Letter], int]  # the letters, and the place of the one that follows the last

ATOMS = [*(f"m == {s}" for s in STATES), *(f"fired({e})" for e in EVENTS)]
# In a spec `a <-> a` is an error: a comparison that is never false.
PLAIN = tuple(op for op in BINARY if op is not TOp.IFF)
LEAVES = st.sampled_from([Atom(a) for a in ATOMS] + [TRUE, FALSE])
FORMULAS = st.recursive(LEAVES, lambda inner: grown(inner, PLAIN), max_leaves=6)
ARCS = st.lists(
    st.tuples(
        st.sampled_from(STATES), st.sampled_from(EVENTS), st.sampled_from(STATES), st.booleans()
    ),
    min_size=1, max_size=5, unique=True,
)  # fmt: skip
FAIR = st.fixed_dictionaries({k: st.sampled_from(["", "weak", "strong"]) for k in (*EVENTS, "m")})


def spec_of(arcs: Sequence[Arc], fair: Mapping[str, str], *properties: str) -> Spec:
    """One machine, and a switch that guards some of its transitions; properties p0, p1, …"""
    events = ", ".join(
        f"{e}: {{by: m{f', fair: {fair[e]}' if fair.get(e) else ''}}}" for e in EVENTS
    )
    lines = [
        "fsm: 1", "name: small", "switches: {s: bool}", f"events: {{{events}}}", "machines:",
        "  m:", *([f"    fair: {fair['m']}"] if fair.get("m") else []),
        "    states: {a: {}, b: {}, c: {}, unreached: {}}", "    transitions:",
    ]  # fmt: skip
    for source, event, target, guarded in arcs:
        guard = ", when: s" if guarded else ""
        lines.append(f"      - {{from: {source}, on: {event}, to: {target}{guard}}}")
    lines += [f"      - {{from: unreached, on: {event}}}" for event in EVENTS]
    lines += ["properties:", *(f"  p{k}: {{{text}}}" for k, text in enumerate(properties))]
    return parse_spec("\n".join(lines) + "\n")


def violated_in(result: PropertyResult) -> set[bool]:
    """The values of the switch with which the property is violated."""
    found = set()
    for term in result.violated.terms:
        found |= set(dict(term).get("s", (False, True)))
    return found


# --- lassos -----------------------------------------------------------------------------------


def holds(test: object, letter: Letter) -> bool:
    state, event = letter
    return test in (f"m == {state}", f"fired({event})")


def runs(
    arcs: Sequence[Arc], on: bool, most: int, start: Letter = ("a", "")
) -> Iterator[Lasso]:  # fmt: skip
    """Every lasso with at most so many letters; a run that ends stutters, and nothing occurs."""
    ways = [(s, e, t) for s, e, t, guarded in arcs if on or not guarded]

    def steps(letter: Letter) -> list[Letter]:
        found = [(t, e) for s, e, t in ways if s == letter[0]]
        return list(dict.fromkeys(found)) or [(letter[0], "")]

    stack = [[start]]
    while stack:
        run = stack.pop()
        for after in steps(run[-1]):
            for loop, known in enumerate(run):
                if known == after:
                    yield run, loop
            if len(run) < most:
                stack.append([*run, after])


def is_fair(arcs: Sequence[Arc], on: bool, loop: list[Letter], fair: Mapping[str, str]) -> bool:
    """Rule 3.8 on the part of a run that repeats."""
    for who in (*EVENTS, "m"):
        mine = EVENTS if who == "m" else (who,)
        taken = any(event in mine for _, event in loop)
        enabled = [
            any(s == state and e in mine and (on or not g) for s, e, _, g in arcs)
            for state, _ in loop
        ]
        obliged = {"weak": all(enabled), "strong": any(enabled)}.get(fair.get(who, ""), False)
        if obliged and not taken:
            return False
    return True


# --- Promela ----------------------------------------------------------------------------------

_PLACES = [(s, e, t) for s in STATES for e in EVENTS for t in STATES]
_PROMELA = {
    TOp.AND: "({} && {})", TOp.OR: "({} || {})", TOp.IMPLIES: "({} -> {})", TOp.NOT: "(! {})",
    TOp.FINALLY: "(<> {})", TOp.GLOBALLY: "([] {})", TOp.UNTIL: "({} U {})",
    TOp.RELEASE: "({} V {})", TOp.WEAK: "({1} V ({0} || {1}))", TOp.STRONG: "({1} U ({0} && {1}))",
}  # fmt: skip


def promela(formulas: Sequence[Temporal], fair: Mapping[str, str]) -> str:
    """A model of all systems at once, with a claim p0, p1, … for each formula (without X).

    The arcs are the bits of ARCS, a macro of the C compiler. The fairness of events is the premise
    of each claim: SPIN's own is that of processes.
    """
    lines = ["byte m = 0, e = 0;", "active proctype system() {", "  do"]
    lines += [
        f"  :: d_step {{ (m == {STATES.index(s)} && c_expr {{ (ARCS >> {k} & 1) }}) -> "
        f"m = {STATES.index(t)}; e = {EVENTS.index(e) + 1} }}"
        for k, (s, e, t) in enumerate(_PLACES)
    ]
    size = len(STATES)
    end = f"!(ARCS >> ({size * len(EVENTS)} * now.m) & {(1 << size * len(EVENTS)) - 1})"
    lines += [f"  :: d_step {{ c_expr {{ {end} }} -> e = 0 }}", "  od", "}"]
    premise = ""
    for k, event in enumerate(EVENTS):
        place = f"{size * len(EVENTS)} * now.m + {size * k}"
        enabled = f"c_expr {{ (ARCS >> ({place}) & {(1 << size) - 1}) }}"
        premise += {
            "weak": f"([]<> (!({enabled}) || e == {k + 1})) -> ",
            "strong": f"(([]<> ({enabled})) -> ([]<> (e == {k + 1}))) -> ",
        }.get(fair.get(event, ""), "")
    lines += [
        f"ltl p{k} {{ {premise.replace('-> ', '-> (', 1) if premise else '('}{_said(f)}) }}"
        for k, f in enumerate(formulas)
    ]
    return "\n".join(lines) + "\n"


def arcs_in_bits(arcs: Sequence[Arc], on: bool) -> int:
    """What `ARCS` is for one system."""
    there = {arc[:3] for arc in arcs if on or not arc[3]}
    return sum(1 << k for k, place in enumerate(_PLACES) if place in there)


def _said(formula: Temporal) -> str:
    match formula:
        case Truth(value=value):
            return "true" if value else "false"
        case Atom(test=str(test)) if test.startswith("m == "):
            return f"(m == {STATES.index(test[5:])})"
        case Atom(test=str(test)):
            return f"(e == {EVENTS.index(test[6:-1]) + 1})"
        case Compound(op=op, operands=operands):
            return _PROMELA[op].format(*map(_said, operands))
    raise AssertionError(formula)
