"""Mutation evidence for the shipped specs: judge their mutants, and say what nothing notices.

    python -m tests.specs.mutants workbench --results workbench.jsonl [--first 200]

judges the mutants of a spec in a shuffled, fixed order, so that the first ones are a random sample.
Results are written one by one, and what is there already is not judged again: an interrupted run
goes on where it stopped. Results of an earlier version of the spec only say which property to ask
first. In the end it prints what differs from `surviving_mutants.json`; with `--write` it renews the
lists there, keeping every reason.
"""

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fsm.model import Spec
from fsm.spec.load import load_spec
from fsm.testing.mutation.judge import Fate, Judge
from fsm.testing.mutation.mutant import Mutant
from fsm.testing.mutation.operators import mutants

HERE = Path(__file__).parent
SPECS = HERE.parents[1] / "specs" / "douyin"
LIST = HERE / "surviving_mutants.json"
NAMES = ("assistant_access", "shipped_refund_only", "workbench")
SEED = 1
UNREASONED = "no reason is given yet"

Record = dict[str, Any]


def spec_of(name: str) -> Spec:
    """A shipped spec."""
    return load_spec(SPECS / f"{name}.fsm.yaml")


def version_of(name: str) -> str:
    """Tells the versions of a spec apart."""
    return hashlib.sha256((SPECS / f"{name}.fsm.yaml").read_bytes()).hexdigest()[:12]


def in_order(spec: Spec) -> list[Mutant]:
    """All mutants in the order in which they are judged."""
    found = list(mutants(spec))
    random.Random(SEED).shuffle(found)
    return found


def known() -> dict[str, Record]:
    """What is written down about each spec."""
    found: dict[str, Record] = json.loads(LIST.read_text(encoding="utf-8"))
    return found


def judged(name: str, spec: Spec) -> list[Mutant]:
    """The mutants of which the list speaks: all, or the first so many."""
    return in_order(spec)[: known()[name]["judged"]]


def listed(entry: Record) -> dict[str, str]:
    """Each mutant that no property notices, with its fate."""
    return {
        **{name: Fate.SURVIVED.value for group in entry["survived"] for name in group["mutants"]},
        **{name: fate for fate in ("structure", "idle", "equivalent") for name in entry[fate]},
    }


def judge_all(spec: Spec, chosen: list[Mutant], results: Path | None) -> Iterator[Record]:
    """A record for each mutant, from the file where it has one of this version of the spec; new
    ones are appended to it."""
    old = {r["id"]: r for r in _read(results)} if results is not None else {}
    version = version_of(spec.name)
    judge: Judge | None = None
    for number, mutant in enumerate(chosen, start=1):
        record = old.get(mutant.id, {})
        if record.get("spec") != version:
            judge = judge or Judge(spec)
            outcome = judge.judge(mutant, record.get("by", ""))
            record = {"id": mutant.id, "fate": outcome.fate.value, "by": outcome.by}
            record["spec"] = version
            if results is not None:
                with results.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(record) + "\n")
                print(f"{number} of {len(chosen)}: {record}", file=sys.stderr)
        yield record


def unnoticed(records: list[Record]) -> dict[str, str]:
    """Of these, what no property notices."""
    return {r["id"]: r["fate"] for r in records if r["fate"] != Fate.NOTICED.value}


def renew(name: str, spec: Spec, found: dict[str, str], count: int) -> None:
    """Write the lists of a spec anew; what had a reason keeps it."""
    everything = known()
    order = [m.id for m in mutants(spec)]
    groups = everything.get(name, {}).get("survived", [])
    reasons = {mutant: group["reason"] for group in groups for mutant in group["mutants"]}
    by_reason: dict[str, list[str]] = {group["reason"]: [] for group in groups}
    for mutant in sorted(found, key=order.index):
        if found[mutant] in (Fate.SURVIVED.value, Fate.UNDECIDED.value):
            by_reason.setdefault(reasons.get(mutant, UNREASONED), []).append(mutant)
    everything[name] = {
        "mutants": len(order),
        "judged": count,
        "survived": [{"reason": r, "mutants": ids} for r, ids in by_reason.items() if ids],
        **{
            fate: sorted((m for m, f in found.items() if f == fate), key=order.index)
            for fate in ("structure", "idle", "equivalent")
        },
    }
    text = json.dumps(everything, ensure_ascii=False, indent=2)
    LIST.write_text(text + "\n", encoding="utf-8")


def main() -> int:
    """0 where the list is right."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--results", type=Path, help="append results here, and go on from here")
    parser.add_argument("--first", type=int, help="only so many, in the shuffled order")
    parser.add_argument("--write", action="store_true", help="renew the list")
    options = parser.parse_args()
    spec = spec_of(options.name)
    chosen = in_order(spec)[: options.first]
    found = unnoticed(list(judge_all(spec, chosen, options.results)))
    before = {m.id for m in judged(options.name, spec)}
    was = {k: v for k, v in listed(known()[options.name]).items() if k in {m.id for m in chosen}}
    for mutant in (m.id for m in chosen if m.id in before):
        if was.get(mutant) != found.get(mutant):
            print(f"{mutant}: listed as {was.get(mutant)}, found {found.get(mutant)}")
    for mutant in (m.id for m in chosen if m.id not in before and m.id in found):
        print(f"{mutant}: {found[mutant]}")
    if options.write:
        renew(options.name, spec, found, len(chosen))
    return int(any(was.get(m.id) != found.get(m.id) for m in chosen if m.id in before))


def _read(results: Path) -> list[Record]:
    if not results.exists():
        return []
    with results.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.endswith("\n")]


if __name__ == "__main__":
    sys.exit(main())
