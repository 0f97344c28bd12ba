"""`python -m tests.bench.in_minicheck FAMILY SIZE`: a model of the comparison of engines in
minicheck (`pip install minicheck`), searched to its end; prints its states, and seconds."""

import sys
import time
from collections.abc import Callable

from tests.bench.processes import WAYS

State = tuple[int, ...]
Steps = Callable[[State], list[tuple[str, State]]]


def _with(state: State, place: int, value: int) -> State:
    return (*state[:place], value, *state[place + 1 :])


def philosophers(n: int) -> tuple[State, Steps]:
    """The counterpart of tests/known_answers/dining_philosophers.fsm.yaml."""

    def steps(s: State) -> list[tuple[str, State]]:
        found = []
        for k, mine in enumerate(s):
            if mine == 2 or (mine == 0 and s[k - 1] != 2) or (mine == 1 and s[(k + 1) % n] == 0):
                found.append((f"{k}", _with(s, k, (mine + 1) % 3)))
        return found

    return (0,) * n, steps


def tickets(n: int) -> tuple[State, Steps]:
    """The counterpart of tests/known_answers/tickets.fsm.yaml; the last place is the clock."""

    def steps(s: State) -> list[tuple[str, State]]:
        found = [
            (f"{k}", _with(s, k, target)) for k, mine in enumerate(s[:-1]) for target in WAYS[mine]
        ]
        if s[-1] < 48:
            return [*found, ("hour", (*s[:-1], s[-1] + 1))]
        return [*found, ("window", (*(5 if x <= 2 else x for x in s[:-1]), 0))]

    return (0,) * (n + 1), steps


def two_phase_commit(n: int) -> tuple[State, Steps]:
    """The counterpart of tests/known_answers/two_phase_commit.fsm.yaml: the manager, then states,
    what was sent, and what was heard."""

    def steps(s: State) -> list[tuple[str, State]]:
        found = []
        for k in range(1, n + 1):
            if s[0] == 0 and s[n + k]:
                found.append((f"hear {k}", _with(s, 2 * n + k, 1)))
            if s[k] == 0:
                found.append((f"prepare {k}", _with(_with(s, k, 1), n + k, 1)))
                found.append((f"abort {k}", _with(s, k, 3)))
            if s[0]:
                found.append((f"learn {k}", _with(s, k, s[0] + 1)))
        if s[0] == 0:
            if all(s[2 * n + 1 :]):
                found.append(("commit", _with(s, 0, 1)))
            found.append(("abort", _with(s, 0, 2)))
        return found

    return (0,) * (3 * n + 1), steps


MODELS = {"dining_philosophers": philosophers, "tickets": tickets,
          "two_phase_commit": two_phase_commit}  # fmt: skip


def main(family: str, size: int) -> None:
    """Search, and print."""
    import minicheck

    initial, steps = MODELS[family](size)
    fields = tuple(f"f{k}" for k in range(len(initial)))
    model = minicheck.Protocol(
        name=family, candidate=False, fields=fields, initial=initial, transitions=steps,
        invariants={"true": lambda _: True},
    )  # fmt: skip
    began = time.perf_counter()
    result = minicheck.check_safety(model, max_states=1 << 40)
    print(result["reachable_states"], time.perf_counter() - began)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
