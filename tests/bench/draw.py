"""Drawing with the embedded renderer: 30 states have to come at once, 300 at all or with advice."""

from pathlib import Path

from tests.bench.specs import lifecycle
from tests.bench.timing import FSM, Case

NO_CACHE = {"FSM_CACHE_DIR": ""}
GOAL = 0.3  # seconds, for a picture of 30 states and 60 transitions


def cases(folder: Path) -> list[Case]:
    """`fsm draw` of the ticket's picture as SVG, drawn anew each time."""
    middle, large = folder / "middle.fsm.yaml", folder / "large.fsm.yaml"
    middle.write_text(lifecycle(30, 60), encoding="utf-8")
    large.write_text(lifecycle(300, 600), encoding="utf-8")
    empty = folder / "no programs"
    empty.mkdir(exist_ok=True)
    embedded = {"PATH": str(empty)}  # no `dot` there

    def draw(file: Path, *options: str) -> tuple[str, ...]:
        out = str(folder / "pictures")
        machine = ("--machine", "ticket", "--format", "svg", "--force")
        return (*FSM, "draw", str(file), "--out", out, *machine, *options)

    one = draw(middle, "--lang", "en")
    return [
        Case("fsm draw, 30 states, no parser cache", one, {**embedded, **NO_CACHE}),
        Case("fsm draw, 30 states", one, embedded, GOAL),
        Case("fsm draw, 30 states, both languages", draw(middle, "--lang", "both"), embedded),
        Case("fsm draw, 300 states", draw(large, "--lang", "en"), embedded, codes=(0, 2)),
    ]
