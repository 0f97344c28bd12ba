"""Start-up: what the commands that people call all day take."""

from pathlib import Path

from tests.bench.specs import lifecycle
from tests.bench.timing import FSM, Case

NO_CACHE = {"FSM_CACHE_DIR": ""}


def cases(folder: Path) -> list[Case]:
    """Help, a check of a small spec, and a spec of 30 states shown."""
    small, middle = folder / "small.fsm.yaml", folder / "middle.fsm.yaml"
    small.write_text(lifecycle(4, 6), encoding="utf-8")
    middle.write_text(lifecycle(30, 60), encoding="utf-8")
    # A spec made for measuring may have findings: what counts is that it was decided.
    check = (*FSM, "check", str(small))
    show = (*FSM, "show", str(middle), "--table")
    return [
        Case("fsm --help", (*FSM, "--help")),
        Case("fsm check, 4 states, no parser cache", check, NO_CACHE, codes=(0, 1)),
        Case("fsm check, 4 states", check, codes=(0, 1)),
        Case("fsm show, 30 states, no parser cache", show, NO_CACHE),
        Case("fsm show, 30 states", show),
    ]
