"""Coverage: rules to properties, questions to verdicts."""

from msgspec.structs import replace

from fsm.report.bundle import Bundle
from fsm.report.coverage import rule_coverage
from fsm.report.coverage_text import coverage_text
from tests.report.samples import REPORT, SPEC


def test_everything() -> None:
    assert coverage_text(Bundle((REPORT,), lang="en")).splitlines() == [
        "Rules: what cites them, and the verdicts that rest on them",
        "  R8   goods shipped and the buyer asks for it",
        "       apply",
        "  R22  the score",
        "       not modelled: its formula is not public",
        "  R26  otherwise the system refunds by default",
        "       ticket:1",
        "       ✗ violated  both_lost",
        "  R31  batch handling",
        "       NOTHING CITES IT",
        "",
        "  2 of 4 rules are cited, 1 are not modelled (with a reason), 1 are neither.",
        "",
        "Decisions on open points",
        "  A16  partial refunds count as none",
        "",
        "Questions, and what their answers change",
        "  A3  clock",
        "      The clock during interception",
        "      - runs on (runs)",
        "      - pauses",
        "      changes both_lost",
        "",
        "Switches and parameters, and what they change",
        "  auto_refund",
        "      Automatic refund",
        "      changes both_lost",
        "  small",
        "      matters to nothing",
        "",
        "Properties by the entry of the source document",
        "  I4  ✗ violated  both_lost",
        "      Money and goods are never both lost.",
        "      violated exactly when auto_refund and clock == runs (2 of 8 variants)",
        "      expected: holds",
    ]


def test_rules_of_several_specs_are_merged() -> None:
    rest = tuple(rule for rule in SPEC.rules if rule.name == "R26")
    other = replace(REPORT, spec=replace(SPEC, name="other", rules=rest, properties=()), results=())
    bundle = Bundle((REPORT, other), lang="en")
    entries = {entry.name: entry for entry in rule_coverage(bundle)}
    assert list(entries) == ["R8", "R22", "R26", "R31"]
    assert [(c.spec, c.places) for c in entries["R26"].citations] == [
        ("refund", ("ticket:1",)),
        ("other", ("ticket:1",)),
    ]
    lines = coverage_text(bundle).splitlines()
    start = lines.index("  R26  otherwise the system refunds by default")
    assert lines[start + 1 : start + 6] == [
        "       refund:",
        "         ticket:1",
        "         ✗ violated  both_lost",
        "       other:",
        "         ticket:1",
    ]
    assert "  A3  refund/clock" in lines


def test_what_was_not_computed_is_not_called_irrelevant() -> None:
    text = coverage_text(Bundle((replace(REPORT, sensitivity=()),), lang="zh"))
    assert "未计算" in text
    assert "不影响任何性质" not in text


def test_a_spec_without_rules_has_no_empty_sections() -> None:
    bare = replace(SPEC, rules=(), decisions=(), configuration=(), properties=())
    assert coverage_text(Bundle((replace(REPORT, spec=bare, results=()),))) == "\n"
