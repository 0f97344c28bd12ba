"""The models of the symbolic benchmark in PRISM's language, for Storm's diagram engine."""


def philosophers(n: int) -> str:
    """The counterpart of tests/known_answers/dining_philosophers.fsm.yaml."""
    modules = [
        f"""module philosopher{k}
  p{k} : [0..2] init 0;
  [] p{k}=0 & p{(k - 1) % n}!=2 -> (p{k}'=1);
  [] p{k}=1 & p{(k + 1) % n}=0 -> (p{k}'=2);
  [] p{k}=2 -> (p{k}'=0);
endmodule
"""
        for k in range(n)
    ]
    return "mdp\n" + "".join(modules)


def tickets(n: int) -> str:
    """The counterpart of tests/known_answers/tickets.fsm.yaml: applied, returning, disputed,
    refunded, rejected, overdue are 0 to 5."""
    ways = {0: (1, 3, 4), 1: (3, 2), 2: (3, 4), 3: (0,), 4: (2, 0), 5: (0,)}
    desk = """module desk
  c : [0..48] init 0;
  [hour] c<48 -> (c'=c+1);
  [window] c=48 -> (c'=0);
endmodule
"""
    modules = []
    for k in range(n):
        lines = [
            f"  [] x{k}={source} -> (x{k}'={target});"
            for source, targets in ways.items()
            for target in targets
        ]
        modules.append(
            f"module ticket{k}\n  x{k} : [0..5] init 0;\n" + "\n".join(lines)
            + f"\n  [window] x{k}<=2 -> (x{k}'=5);\n  [window] x{k}>2 -> true;\nendmodule\n"
        )  # fmt: skip
    return "mdp\n" + desk + "".join(modules)


def two_phase_commit(n: int) -> str:
    """The counterpart of tests/known_answers/two_phase_commit.fsm.yaml: working, prepared,
    committed, aborted are 0 to 3; the manager is undecided, committed or aborted."""
    every = " & ".join(f"heard{k}" for k in range(n))
    heard = "\n".join(f"  heard{k} : bool init false;" for k in range(n))
    hears = "\n".join(f"  [] tm=0 & sent{k} -> (heard{k}'=true);" for k in range(n))
    manager = f"""module manager
  tm : [0..2] init 0;
{heard}
{hears}
  [] tm=0 & {every} -> (tm'=1);
  [] tm=0 -> (tm'=2);
endmodule
"""
    modules = [
        f"""module resource{k}
  r{k} : [0..3] init 0;
  sent{k} : bool init false;
  [] r{k}=0 -> (r{k}'=1) & (sent{k}'=true);
  [] r{k}=0 -> (r{k}'=3);
  [] tm=1 -> (r{k}'=2);
  [] tm=2 -> (r{k}'=3);
endmodule
"""
        for k in range(n)
    ]
    return "mdp\n" + manager + "".join(modules)
