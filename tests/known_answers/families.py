"""The specs of this folder in any size: each is a file, and its constants say how large it is."""

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Large:
    """A member of a family with many states; `transitions` counts the enabled steps of each."""

    name: str
    constants: dict[str, int]
    states: int
    transitions: int

    @property
    def title(self) -> str:
        return " ".join([self.name, *map(str, self.constants.values())])


# The numbers of states: see README.md; those of transitions are SPIN's, on the exported model (of
# the largest it says 1.235584e+08).
LARGE = (
    Large("dining_philosophers", {"n": 16}, 1_331_714, 13_774_112),
    Large("dining_philosophers", {"n": 18}, 7_761_798, 90_316_584),
    Large("tickets", {"n": 5}, 381_024, 3_873_744),
    Large("tickets", {"n": 6}, 2_286_144, 27_433_728),
    Large("two_phase_commit", {"managers": 8}, 1_745_408, 18_507_777),
    Large("two_phase_commit", {"managers": 9}, 10_340_352, 123_558_401),
    Large("peterson_filter", {"n": 5}, 628_868, 2_226_300),
)


def text(name: str, **constants: int) -> str:
    """The text of a spec of this folder, with some of its constants replaced."""
    found = (HERE / f"{name}.fsm.yaml").read_text(encoding="utf-8")
    for constant, value in constants.items():
        found, times = re.subn(rf"(constants: .*\b{constant}: )\d+", rf"\g<1>{value}", found)
        assert times == 1, f"{name} has no constant {constant}"
    return found


def philosophers(n: int) -> str:
    """`n` left-handed philosophers in a ring: round((1 + sqrt 2)^n) states."""
    return text("dining_philosophers", n=n)


def two_phase_commit(managers: int) -> str:
    """Two-phase commit: 4^n + 2^n + 6^n states."""
    return text("two_phase_commit", managers=managers)


def peterson_filter(n: int) -> str:
    """Peterson's filter lock: 882 states for 3 processes, 22,281 for 4, 628,868 for 5."""
    return text("peterson_filter", n=n)


def tickets(n: int) -> str:
    """`n` six-state tickets that share one 48-hour clock: 6^n * 49 states."""
    return text("tickets", n=n)
