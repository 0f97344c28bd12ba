"""`python -m tests.bench [SUBJECT…] [--runs N]`: measure, print a table; exit code 1 where a goal
is missed. Goals are for an otherwise idle machine. `engines` takes hours, and is only run where it
is asked for: the compiled engine beside SPIN, minicheck and TLC. `engines --runs 5 --only
"philosophers 18" --only "commit 9"` are the smallest models to which its goals apply."""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from tests.bench.timing import measure, table

SUBJECTS = ("start", "draw", "symbolic", "handover", "ltl", "zones")
ENGINES = "engines"
BESIDE = (ENGINES, "zones")  # what is measured beside others, as they tell it themselves


def main(arguments: list[str]) -> int:
    """Run the subjects asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "subjects", nargs="*", metavar="SUBJECT", help=", ".join((*SUBJECTS, ENGINES))
    )
    parser.add_argument("--runs", type=int, default=9, help="runs that count, of each case")
    parser.add_argument(
        "--only", action="append", metavar="TEXT",
        help="engines, zones: models named like it; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--who", action="append", metavar="TEXT",
        help="engines, zones: contenders named like it, as fsm; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--patience", type=float, default=900.0, metavar="S", help="engines: seconds for a run"
    )
    asked = parser.parse_args(arguments)
    for subject in asked.subjects:
        if subject not in (*SUBJECTS, ENGINES):
            there_are = ", ".join((*SUBJECTS, ENGINES))
            parser.error(f"there is no subject {subject}; there are: {there_are}")
    if asked.runs < 1:
        parser.error("--runs is at least 1")
    missed = False
    for subject in asked.subjects or SUBJECTS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            module = importlib.import_module(f"tests.bench.{subject}")
            if subject in BESIDE:
                for words, late in module.compare(
                    folder, asked.runs, asked.patience, asked.only or [""], asked.who or [""]
                ):
                    print(words, flush=True)
                    missed |= late
                continue
            timings = measure(module.cases(folder), folder, asked.runs)
        ratios = [ratio.told(timings) for ratio in getattr(module, "RATIOS", ())]
        lines = "".join(line for line, _ in ratios)
        print(f"{subject}, {asked.runs} runs each\n{table(timings)}{lines}", flush=True)
        missed |= any(timing.missed for timing in timings) or any(late for _, late in ratios)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
