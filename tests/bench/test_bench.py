"""The harness itself, quickly: the specs load, the table is right, a failing command is told."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec
from tests.bench import __main__ as bench
from tests.bench import draw, engines, in_minicheck, ltl, prism, promela, start, zones
from tests.bench.engines import BITSET, Contender, Failed, Run
from tests.bench.specs import lifecycle
from tests.bench.timing import NOTHING, Case, Ratio, Timing, measure, table
from tests.known_answers.families import text
from tests.spin import search


@pytest.mark.parametrize(("states", "transitions"), [(3, 3), (4, 6), (30, 60), (300, 600)])
def test_the_specs_have_the_size_asked_for(states: int, transitions: int) -> None:
    spec = parse_spec(lifecycle(states, transitions))
    ticket = spec.machines[0]
    assert (len(ticket.states), len(ticket.transitions)) == (states, transitions)
    assert len({s.text.zh for s in ticket.states}) == states


def test_the_small_spec_is_decided() -> None:
    report = check_spec(parse_spec(lifecycle(4, 6)))
    assert [r.outcome for r in report.results] == [Outcome.HOLDS]


def test_subjects_name_commands_that_exist(tmp_path: Path) -> None:
    from fsm.cli.main import COMMANDS

    for subject in (start, draw):
        for case in subject.cases(tmp_path):
            assert case.command[3] in {*COMMANDS, "--help"}
            files = [part for part in case.command if part.endswith(".yaml")]
            assert all(Path(file).is_file() for file in files)


def test_a_run_that_counts_and_one_that_does_not(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = f"open({str(log)!r}, 'a').write('x')"
    timings = measure([Case("log", (sys.executable, "-c", code))], tmp_path, 2)
    assert [len(t.seconds) for t in timings] == [2, 2]
    assert log.read_text(encoding="utf-8") == "xxx"


def test_the_environment_of_a_case(tmp_path: Path) -> None:
    code = "import os; assert os.environ['FSM_CACHE_DIR'] == '' and not os.sys.dont_write_bytecode"
    case = Case("env", (sys.executable, "-c", code), {"FSM_CACHE_DIR": ""})
    assert measure([case], tmp_path, 1)[1].code == 0


def test_a_command_that_fails_is_no_fast_command(tmp_path: Path) -> None:
    fails = Case("bad", (sys.executable, "-c", "raise SystemExit('why')"))
    with pytest.raises(RuntimeError, match="bad: exit code 1\nwhy"):
        measure([fails], tmp_path, 1)


def test_the_table() -> None:
    timings = [
        Timing(Case("python -c pass", NOTHING), (0.010, 0.030, 0.020), 0),
        Timing(Case("quick", NOTHING, goal=0.3), (0.2, 0.1, 0.4), 0),
        Timing(Case("slow", NOTHING, goal=0.3), (0.5, 0.1, 0.4), 2),
    ]
    assert [t.missed for t in timings] == [False, False, True]
    assert table(timings).splitlines() == [
        "case                median     min     max  ratio  goal",
        "python -c pass       20 ms   10 ms   30 ms    1.0",
        "quick               200 ms  100 ms  400 ms   10.0  300 ms met",
        "slow (exit code 2)  400 ms  100 ms  500 ms   20.0  300 ms missed",
    ]


def test_goals_as_ratios() -> None:
    timings = [Timing(Case(n, NOTHING), (t, t), 0) for n, t in (("ours", 0.2), ("theirs", 1.0))]
    assert Ratio("ours", "theirs", 0.5).told(timings) == (
        "ours / theirs: 0.20, at most 0.5 met\n", False,
    )  # fmt: skip
    assert Ratio("theirs", "ours", 4).told(timings)[1]
    assert not Ratio("theirs", "ours", 5).told(timings)[1]
    assert Ratio("ours", "spin", 1).told(timings) == ("ours / spin: not measured\n", False)


@pytest.mark.parametrize("claim", [ltl.PLAIN, ltl.FORMULA, ltl.RESPONSE])
def test_the_small_commit_is_decided(claim: str) -> None:
    report = check_spec(parse_spec(ltl.model(3, claim)), CheckOptions(without=NAMES))
    assert [r.outcome for r in report.results] == [Outcome.HOLDS]
    assert report.states == 4**3 + 2**3 + 6**3


def test_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    late = [Case("late", NOTHING, goal=0.0)]
    monkeypatch.setattr(start, "cases", lambda _: late)
    assert bench.main(["start", "--runs", "1"]) == 1
    assert capsys.readouterr().out.startswith("start, 1 runs each\ncase ")
    with pytest.raises(SystemExit) as caught:
        bench.main(["stop"])
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("name", "constant", "model"),
    [
        ("dining_philosophers", "n", prism.philosophers),
        ("tickets", "n", prism.tickets),
        ("two_phase_commit", "managers", prism.two_phase_commit),
    ],
)
def test_the_models_for_storm_are_those_of_the_specs(
    name: str, constant: str, model: Callable[[int], str], tmp_path: Path
) -> None:
    stormpy = pytest.importorskip("stormpy")
    (tmp_path / "m.nm").write_text(model(3), encoding="utf-8")
    program = stormpy.parse_prism_program(str(tmp_path / "m.nm"))
    report = check_spec(parse_spec(text(name, **{constant: 3})), CheckOptions(without=NAMES))
    assert stormpy.build_symbolic_model(program).nr_states == report.states


def test_zones_are_searched_anew_each_time() -> None:
    pytest.importorskip("llvmlite")
    space, seconds = zones.searches(3, 2)
    assert (space.frames, space.transitions, len(seconds)) == (65, 126, 2)


def test_the_tickets_for_spin_are_those_of_the_spec(tmp_path: Path) -> None:
    """The other models are exported, which tests/interop/test_spin.py checks."""
    report = check_spec(parse_spec(text("tickets", n=2)), CheckOptions(without=NAMES))
    assert search(promela.tickets(2), tmp_path).states == report.states


# --- beside other model checkers ------------------------------------------------------------------


def contender(code: str, name: str = "fsm") -> Contender:
    return Contender(name, (), (sys.executable, "-c", code), in_words)


def in_words(said: str) -> tuple[int, float | None]:
    states, seconds = said.split()
    return int(states), float(seconds)


def test_a_contender_is_timed_and_measured(tmp_path: Path) -> None:
    code = "import time; x = bytearray(200_000_000); time.sleep(0.2); print(7, 0.125)"
    done = engines.run(contender(code), tmp_path, 60.0)
    assert (done.states, done.search) == (7, 0.125)
    assert done.whole >= 0.2
    assert 200_000_000 < done.memory < 400_000_000


def test_who_takes_too_long_or_fails_has_no_figures(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="more than 1 s"):
        engines.run(contender("import time; time.sleep(600)"), tmp_path, 1.0)
    with pytest.raises(Failed, match="exit code 3"):
        engines.run(contender("raise SystemExit(3)"), tmp_path, 60.0)


def test_a_table_of_contenders() -> None:
    ours = [Run(8_000_000, 1.0, 3.0, 100_000_000), Run(8_000_000, 3.0, 5.0, 300_000_000),
            Run(8_000_000, 2.0, 4.0, 200_000_000)]  # fmt: skip
    theirs = [Run(8_000_000, 62.0, 44.0, 600_000_000)] * 3
    words, missed = engines.told("m", {"fsm": ours, "SPIN": theirs}, {"TLC": "why"}, BITSET)
    assert missed
    assert words.splitlines() == [
        "m, medians of 3",
        "         states   search    whole  memory  times ours:  search  whole  memory",
        "fsm   8,000,000   2.00 s   4.00 s  200 MB                  1.0    1.0     1.0",
        "SPIN  8,000,000  62.00 s  44.00 s  600 MB                 31.0   11.0     3.0",
        "TLC: why",
        "goal, search: 30 times SPIN's best; 31.0: met",
        "goal, whole: 10 times SPIN's best; 11.0: met",
        "goal, memory: 5 times SPIN's best; 3.0: missed",
    ]


SMALL = {"dining_philosophers": (5,), "tickets": (2,), "two_phase_commit": (3,)}


@pytest.mark.parametrize("family", SMALL)
def test_the_models_for_minicheck_are_those_of_the_specs(family: str) -> None:
    (size,) = SMALL[family]
    initial, steps = in_minicheck.MODELS[family](size)
    seen, waiting = {initial}, [initial]
    while waiting:
        found = {target for _, target in steps(waiting.pop())} - seen
        seen |= found
        waiting += found
    assert len(seen) == engines.STATES[family](size)


@pytest.mark.tools
def test_a_comparison(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(engines, "SIZES", SMALL)
    words = [said for said, _ in engines.compare(tmp_path, 1, 120.0, "")]
    assert len(words) == 1 + len(SMALL)
    for said in words[1:]:
        ours = {"fsm", "fsm, again", "fsm, all cores", "fsm, all cores, again"}
        assert ours <= {line.split("  ")[0] for line in said.splitlines()}
    if not any(line.startswith("missing: SPIN") for line in words[0].splitlines()):
        assert all(said.count("SPIN, ") == 4 for said in words[1:])


def test_a_wrong_number_of_states_is_no_result(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(engines, "SIZES", {"tickets": (2,)})
    monkeypatch.setattr(engines, "contenders", lambda *_: [contender("print(1_763, 0.1)")])
    with pytest.raises(RuntimeError, match="tickets 2: 1763 states in fsm, not 1764"):
        list(engines.compare(tmp_path, 1, 60.0, ""))
