"""The report for people: its lines, its order, what it leaves out."""

from msgspec.structs import replace

from fsm.report.bundle import Bundle
from fsm.report.paint import Paint
from fsm.report.text import report_text
from tests.report.samples import FINDINGS, NEVER, REPORT, RESULTS

ENGLISH = Bundle((REPORT,), lang="en")


def lines(bundle: Bundle = ENGLISH, **options: bool) -> list[str]:
    return report_text(bundle, **options).splitlines()


def test_header_and_a_line_a_property() -> None:
    assert lines()[:11] == [
        "Refund only (refund)",
        "  8 variants, 12,345 states, 23,456 transitions, time in steps of 12 h, 1.50 s",
        "  Not everything was explored: the limit of 1,000 states was reached.",
        "  ✗ both_lost   violated     120 states  0.25 s  NOT as expected; violated exactly when "
        "auto_refund and clock == runs (2 of 8 variants); expected to hold, but it fails in some "
        "variants",
        "  ✗ in_time     violated       7 states  0.01 s  NOT as expected; violated in every "
        "variant; expected: holds",
        "  ✓ goods_home  violated       9 states  0.00 s  violated in every variant; as expected",
        "      because: signing is final",
        "  ✓ pays        reachable      4 states  0.00 s",
        "  ? some_day    undecided  1,000 states  0.00 s  undecided in every variant; "
        "expected: holds",
        "      the limit was reached",
        "",
    ]


def test_chinese_lines() -> None:
    assert lines(Bundle((REPORT,), lang="zh"))[:6] == [
        "仅退款（refund）",
        "  8 种配置，12,345 个状态，23,456 次转移，时间步长 12 小时，1.50 s",
        "  没有探索完全部状态：达到了 1,000 个状态的上限。",
        "  ✗ both_lost   不成立    120 个状态  0.25 s  不符合预期；"
        "当且仅当 auto_refund and clock == runs 时不成立（8 种配置中的 2 种）；"
        "预期成立，但在某些配置下不成立",
        "  ✗ in_time     不成立      7 个状态  0.01 s  不符合预期；"
        "在所有配置下都不成立；预期：成立",
        "  ✓ goods_home  不成立      9 个状态  0.00 s  在所有配置下都不成立；符合预期",
    ]


def test_only_unexpected_violations_are_told_unless_asked() -> None:
    told = [line for line in lines() if line.startswith("  How ")]
    assert told == [
        "  How “Money and goods are never both lost” (both_lost) is broken",
        "  How “Every application is handled within 24 hours” (in_time) is broken",
    ]
    explained = [line for line in lines(explain=True) if line.startswith("  How ")]
    assert explained[2:] == [
        "  How “goods_home” is broken",
        "  How “The buyer gets a refund” (pays) comes about",
    ]


def test_findings_have_code_position_subject_and_message() -> None:
    text = lines()
    start = text.index("  Structural findings")
    assert text[start + 1 : start + 4] == [
        "  ✗ S02  specs/refund.fsm.yaml:25:5  ticket:1: never fires",
        "  ✓ S08  specs/refund.fsm.yaml:4:5  R31: nothing cites it",
        "      allowed: later",
    ]


def test_the_last_line_counts() -> None:
    assert lines()[-1] == (
        "1 spec, 5 properties, 2 as expected, 2 NOT as expected, 1 undecided, 1 finding, "
        "1 allowed finding"
    )
    assert lines(Bundle((), lang="zh"))[-1] == "0 个规约，0 项性质"


def test_quiet_shows_what_needs_attention() -> None:
    text = "\n".join(lines(quiet=True))
    assert "goods_home" not in text
    assert "✗ both_lost" in text
    assert "? some_day" in text
    good = replace(REPORT, results=RESULTS[2:4], findings=FINDINGS[1:], complete=True)
    assert lines(Bundle((good,), lang="en"), quiet=True) == [
        "1 spec, 2 properties, 2 as expected, 1 allowed finding"
    ]


def test_a_single_variant_needs_no_condition() -> None:
    single = replace(RESULTS[1], violated=replace(RESULTS[1].violated, count=1, total=1))
    report = replace(REPORT, results=(single,), findings=(), variants=1)
    assert "NOT as expected; expected: holds" in "\n".join(lines(Bundle((report,), lang="en")))


def test_a_spec_without_properties_says_so() -> None:
    empty = replace(REPORT, results=(), findings=(), complete=True)
    assert "  no properties" in lines(Bundle((empty,), lang="en"))


def test_colours_only_on_demand() -> None:
    assert "\x1b[" not in report_text(ENGLISH)
    painted = report_text(ENGLISH, paint=Paint(True))
    assert "\x1b[31;1m✗\x1b[0m both_lost" in painted
    assert NEVER.terms == ()


def test_every_limit_is_told_in_words() -> None:
    def said(limit: str) -> str:
        bundle = Bundle((replace(REPORT, limit=limit),), lang="zh")
        return lines(bundle)[2].strip()

    assert said("time") == "没有探索完全部状态：时间用尽。"
    assert said("interrupted") == "没有探索完全部状态：被中断。"
    assert said("") == "没有探索完全部状态。"
    assert said("memory") == "没有探索完全部状态：达到了内存上限。"
    assert said("nodes") == "没有探索完全部状态：nodes。"
