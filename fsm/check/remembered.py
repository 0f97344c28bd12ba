"""Verdicts of earlier runs: a report that was computed from the same spec, asked the same, by the
same toolkit, need not be computed again.

What a report depends on is its key: the source of this package and the version of Python
(`fsm.cache.toolkit`), the text of the file, and the question. The report holds the spec that it is
about, and counts only for an equal one. Nothing that a limit cut short is kept. Limits of time and
memory, and the number of threads, are no part of the key: a verdict that was reached does not
depend on them.
"""

from hashlib import sha256
from pathlib import Path

from msgspec.structs import replace

from fsm.cache import recall, remember, toolkit
from fsm.check.check import CheckOptions
from fsm.check.results import SpecReport
from fsm.model import Spec
from fsm.spec.load import MODULES

SECONDS = 0.05  # a check that is faster is not kept
KEPT = 64  # reports
_MODULES = (
    *MODULES, "fsm.check.results", "fsm.semantics.trace", "fsm.reduce.reduction",
    "fsm.logic.premises", "fsm.logic.remedies", "fsm.logic.stronger",
)  # fmt: skip


def key_of(spec: Spec, options: CheckOptions, more: str = "") -> str | None:
    """What the report depends on, `more` being what else was asked; None where the file cannot be
    read any more."""
    try:
        text = Path(spec.at.file).read_bytes()
    except OSError:
        return None
    asked = replace(options, progress=None, timeout=None, max_memory=None, threads=1)
    return f"{toolkit()} {spec.at.file} {sha256(text).hexdigest()} {asked!r} {more}"


def recalled(key: str | None, spec: Spec) -> SpecReport | None:
    """The report of an earlier run, marked as such."""
    found = None if key is None else recall("report", key, _MODULES)
    if not isinstance(found, SpecReport) or found.spec != spec:
        return None
    return replace(found, remembered=True)


def keep(key: str | None, report: SpecReport) -> None:
    """Keep a report for later runs, if it is complete and was some work."""
    undecided = any(result.unknown.count for result in report.results)
    if key is not None and report.complete and not undecided and report.seconds >= SECONDS:
        remember("report", key, report, KEPT)
