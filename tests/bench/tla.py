"""The models of the comparison of engines in TLA+, for TLC."""

from tests.bench.processes import WAYS

CONFIGURATION = "INIT Init\nNEXT Next\nCHECK_DEADLOCK FALSE\n"


def philosophers(n: int) -> str:
    """The counterpart of tests/known_answers/dining_philosophers.fsm.yaml."""
    return f"""---- MODULE model ----
EXTENDS Naturals
VARIABLE p
Init == p = [k \\in 0..{n - 1} |-> 0]
Next == \\E k \\in 0..{n - 1} :
  \\/ p[k] = 0 /\\ p[(k + {n - 1}) % {n}] # 2 /\\ p' = [p EXCEPT ![k] = 1]
  \\/ p[k] = 1 /\\ p[(k + 1) % {n}] = 0 /\\ p' = [p EXCEPT ![k] = 2]
  \\/ p[k] = 2 /\\ p' = [p EXCEPT ![k] = 0]
====
"""


def tickets(n: int) -> str:
    """The counterpart of tests/known_answers/tickets.fsm.yaml."""
    ways = "\n".join(
        f"  \\/ x[k] = {source} /\\ x' = [x EXCEPT ![k] = {target}] /\\ UNCHANGED c"
        for source, targets in WAYS.items()
        for target in targets
    )
    return f"""---- MODULE model ----
EXTENDS Naturals
VARIABLES c, x
Init == c = 0 /\\ x = [k \\in 1..{n} |-> 0]
Move == \\E k \\in 1..{n} :
{ways}
Hour == c < 48 /\\ c' = c + 1 /\\ UNCHANGED x
Window == c = 48 /\\ c' = 0 /\\ x' = [k \\in 1..{n} |-> IF x[k] <= 2 THEN 5 ELSE x[k]]
Next == Move \\/ Hour \\/ Window
====
"""


def two_phase_commit(n: int) -> str:
    """The counterpart of tests/known_answers/two_phase_commit.fsm.yaml."""
    return f"""---- MODULE model ----
EXTENDS Naturals
VARIABLES tm, r, sent, heard
M == 1..{n}
Init == tm = 0 /\\ r = [k \\in M |-> 0] /\\ sent = {{}} /\\ heard = {{}}
Manager ==
  /\\ tm = 0
  /\\ \\/ \\E k \\in sent : heard' = heard \\cup {{k}} /\\ UNCHANGED tm
     \\/ heard = M /\\ tm' = 1 /\\ UNCHANGED heard
     \\/ tm' = 2 /\\ UNCHANGED heard
  /\\ UNCHANGED <<r, sent>>
Resource == \\E k \\in M :
  /\\ \\/ r[k] = 0 /\\ r' = [r EXCEPT ![k] = 1] /\\ sent' = sent \\cup {{k}}
     \\/ r[k] = 0 /\\ r' = [r EXCEPT ![k] = 3] /\\ UNCHANGED sent
     \\/ tm = 1 /\\ r' = [r EXCEPT ![k] = 2] /\\ UNCHANGED sent
     \\/ tm = 2 /\\ r' = [r EXCEPT ![k] = 3] /\\ UNCHANGED sent
  /\\ UNCHANGED <<tm, heard>>
Next == Manager \\/ Resource
====
"""
