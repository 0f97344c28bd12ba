"""When `--engine auto` should hand over: each engine alone on specs of all sizes, beside the rule.

The rule is right where `auto` takes hardly longer than the fastest engine: Python where states are
few, diagrams and machine code where they are many. An engine that is not done after `PATIENCE`
seconds is stopped (exit code 3); one that cannot decide what is asked refuses (exit code 2).
"""

from pathlib import Path

from tests.bench.timing import FSM, ROOT, Case, Ratio
from tests.known_answers.families import text

PATIENCE = 20
ENGINES = ("python", "compiled", "symbolic", "auto")
KNOWN: tuple[tuple[str, dict[str, int]], ...] = (
    ("tower_of_hanoi", {}),
    ("tic_tac_toe", {}),
    ("dining_philosophers", {"n": 11}),
    ("dining_philosophers", {"n": 15}),
    ("two_phase_commit", {"managers": 6}),
    ("tickets", {"n": 3}),
    ("tickets", {"n": 4}),
    ("tickets", {"n": 6}),
)
SHIPPED = ("douyin/assistant_access", "peers/stripe_dispute", "peers/wechat_after_sale")
LARGE = ("dining_philosophers 15", "tickets 6")
SMALL = ("tower_of_hanoi", "tic_tac_toe", "dining_philosophers 11", "stripe_dispute")
RATIOS = (
    *(Ratio(f"{name}: auto", f"{name}: symbolic", 4.0) for name in LARGE),
    *(Ratio(f"{name}: auto", f"{name}: python", 1.5) for name in SMALL),
)


def cases(folder: Path) -> list[Case]:
    """Every spec with every engine."""
    specs = {path.rpartition("/")[2]: ROOT / f"specs/{path}.fsm.yaml" for path in SHIPPED}
    for name, constants in KNOWN:
        size = "".join(f" {value}" for value in constants.values())
        specs[name + size] = folder / f"{name}{size.strip()}.fsm.yaml"
        specs[name + size].write_text(text(name, **constants), encoding="utf-8")
    return [
        Case(f"{name}: {engine}", _check(path, engine), codes=(0, 1, 2, 3))
        for name, path in specs.items()
        for engine in ENGINES
    ]


def _check(path: Path, engine: str) -> tuple[str, ...]:
    options = ("--no-reductions", "--no-cache", "--json", "--timeout", str(PATIENCE))
    return (*FSM, "check", str(path), "--engine", engine, "--time", "units", *options)
