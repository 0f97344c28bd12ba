"""The models of the comparison of engines as one would write them for SPIN: a process each, whose
steps are atomic. (`promela` beside it has them in one process, which is SPIN's fastest form.)"""


def philosophers(n: int) -> str:
    """The counterpart of tests/known_answers/dining_philosophers.fsm.yaml."""
    return f"""#define LEFT ((_pid + {n - 1}) % {n})
#define RIGHT ((_pid + 1) % {n})
byte p[{n}];
active [{n}] proctype philosopher() {{
  do
  :: d_step {{ p[_pid] == 0 && p[LEFT] != 2 -> p[_pid] = 1 }}
  :: d_step {{ p[_pid] == 1 && p[RIGHT] == 0 -> p[_pid] = 2 }}
  :: d_step {{ p[_pid] == 2 -> p[_pid] = 0 }}
  od
}}
"""


WAYS = {0: (1, 3, 4), 1: (3, 2), 2: (3, 4), 3: (0,), 4: (2, 0), 5: (0,)}  # of a ticket


def tickets(n: int) -> str:
    """The counterpart of tests/known_answers/tickets.fsm.yaml: applied, returning, disputed,
    refunded, rejected, overdue are 0 to 5; the desk is the last process."""
    ways = "\n".join(
        f"  :: d_step {{ x[_pid] == {source} -> x[_pid] = {target} }}"
        for source, targets in WAYS.items()
        for target in targets
    )
    return f"""byte x[{n}];
{_desk(n)}
active [{n}] proctype ticket() {{
  do
{ways}
  od
}}
active proctype desk() {{
  do
{_TIME}
  od
}}
"""


_TIME = """  :: d_step { c < 48 -> c++ }
  :: d_step { c == 48 -> c = 0; OVERDUE }"""


def _desk(n: int) -> str:
    late = " ".join(f"if :: x[{k}] <= 2 -> x[{k}] = 5 :: else fi;" for k in range(n))
    return f"byte c;\n#define OVERDUE {late}"


def two_phase_commit(n: int) -> str:
    """The counterpart of tests/known_answers/two_phase_commit.fsm.yaml: working, prepared,
    committed, aborted are 0 to 3; the manager, the last process, is undecided, committed or
    aborted."""
    every = " && ".join(f"heard[{k}]" for k in range(n))
    hears = "\n".join(
        f"  :: d_step {{ tm == 0 && sent[{k}] -> heard[{k}] = true }}" for k in range(n)
    )
    return f"""byte tm, r[{n}];
bool heard[{n}], sent[{n}];
active [{n}] proctype resource() {{
  do
  :: d_step {{ r[_pid] == 0 -> r[_pid] = 1; sent[_pid] = true }}
  :: d_step {{ r[_pid] == 0 -> r[_pid] = 3 }}
  :: d_step {{ tm == 1 -> r[_pid] = 2 }}
  :: d_step {{ tm == 2 -> r[_pid] = 3 }}
  od
}}
active proctype manager() {{
  do
{hears}
  :: d_step {{ tm == 0 && {every} -> tm = 1 }}
  :: d_step {{ tm == 0 -> tm = 2 }}
  od
}}
"""
