"""A response on ten million states as whole processes, as a pattern and as a formula: beside the
plain exploration of the same system, and beside SPIN from the model to the verdict, with `-a -f`
(`apt install spin gcc`). Each as the tool chooses (`auto`), and by machine code alone.

Two-phase commit in which each message is heard once, so that every run ends and the response holds;
SPIN stores 512 states more, those in which its claim waits. Where it is not installed, its case is
left out.
"""

import shutil
import subprocess
from pathlib import Path

from tests.bench.timing import FSM, ROOT, Case, Ratio
from tests.known_answers.families import text

MANAGERS = 9  # 4^9 + 2^9 + 6^9 = 10,340,352 states
RESPONSE = "p: {after: commit_sent, eventually: 'rm[0] == committed'}"
FORMULA = "p: {ltl: 'G (commit_sent -> F rm[0] == committed)'}"
PLAIN = "p: {never: 'rm[0] == committed and rm[1] == aborted'}"
_ONCE = (
    ('when: "prepared_sent[i]"', 'when: "prepared_sent[i] and not tm_prepared[i]"'),
    ("{when: commit_sent,", "{from: prepared, when: commit_sent,"),
    ("{when: abort_sent,", "{from: [working, prepared], when: abort_sent,"),
)
_ALLOW = (
    "allow: [{code: S03, subject: two_phase_commit, because: {en: it ends when all is said}}]\n"
)
_SPIN = (
    "spin -DCHECK_p -o2 -a model.pml && gcc -O2 -w -DNOREDUCE -DMEMLIM=12000 -o pan pan.c && "
    "./pan -a -f -m1000000 -E | grep 'errors: 0'"
)
ENGINES = ("auto", "compiled")
RATIOS = tuple(
    ratio
    for engine in ENGINES
    for ratio in (
        Ratio(f"response: {engine}", f"exploration: {engine}", 4.0),
        Ratio(f"formula: {engine}", f"exploration: {engine}", 4.0),
        Ratio(f"response: {engine}", "response: spin", 1 / 5),
        Ratio(f"formula: {engine}", "response: spin", 1 / 5),
    )
)


def model(managers: int, claim: str) -> str:
    """The family with messages that are heard once, and one claim."""
    found = text("two_phase_commit", managers=managers)
    for old, new in _ONCE:
        assert found.count(old) == 1, old
        found = found.replace(old, new)
    return f"{found[: found.index('properties:')]}{_ALLOW}properties:\n  {claim}\n"


def cases(folder: Path, managers: int = MANAGERS) -> list[Case]:
    """All of them."""
    found = []
    for name, claim in (("exploration", PLAIN), ("formula", FORMULA), ("response", RESPONSE)):
        path = folder / f"{name}.fsm.yaml"
        path.write_text(model(managers, claim), encoding="utf-8")
        options = ("--no-reductions", "--no-cache", "--limit", "20000000", "--engine")
        found += [
            Case(f"{name}: {engine}", (*FSM, "check", str(path), *options, engine))
            for engine in ENGINES
        ]
    if shutil.which("spin") and shutil.which("gcc"):
        export = (*FSM, "export", str(folder / "response.fsm.yaml"), "--to", "promela")
        made = subprocess.run(export, cwd=ROOT, capture_output=True, text=True, check=True)
        (folder / "model.pml").write_text(made.stdout, encoding="utf-8")
        found.append(Case("response: spin", ("sh", "-c", _SPIN)))
    return found
