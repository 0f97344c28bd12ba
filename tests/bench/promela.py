"""The models of the symbolic benchmark for SPIN: exported, or written here where there is time."""

from fsm.interop.promela import to_promela
from fsm.spec.load import parse_spec
from tests.known_answers import families


def philosophers(n: int) -> str:
    """tests/known_answers/dining_philosophers.fsm.yaml as `fsm export` writes it."""
    return to_promela(parse_spec(families.philosophers(n))).text


def two_phase_commit(n: int) -> str:
    """tests/known_answers/two_phase_commit.fsm.yaml as `fsm export` writes it."""
    return to_promela(parse_spec(families.two_phase_commit(n))).text


def tickets(n: int) -> str:
    """The counterpart of tests/known_answers/tickets.fsm.yaml: applied, returning, disputed,
    refunded, rejected, overdue are 0 to 5."""
    ways = {0: (1, 3, 4), 1: (3, 2), 2: (3, 4), 3: (0,), 4: (2, 0), 5: (0,)}
    moves = "".join(
        f"  :: d_step {{ x[{k}]=={source} -> x[{k}]={target} }}\n"
        for k in range(n)
        for source, targets in ways.items()
        for target in targets
    )
    window = "; ".join(f"x[{k}] = (x[{k}]<=2 -> 5 : x[{k}])" for k in range(n))
    return (
        f"byte c; byte x[{n}];\nactive proctype desk() {{\n  do\n{moves}"
        f"  :: d_step {{ c<48 -> c++ }}\n  :: d_step {{ c==48 -> c=0; {window} }}\n  od\n}}\n"
    )
