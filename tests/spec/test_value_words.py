"""Names of an enum may carry labels: they are told in reports and change nothing else."""

from fsm.check.check import check_spec
from fsm.expressions import EnumType
from fsm.report.labels import Labels
from fsm.spec.load import parse_spec

SPEC = """
fsm: 1
name: parcel
switches: {carrier: {values: {post: {zh: 邮政, en: the post}, van: }}}
variables: {size: {values: %s, initial: any}}
machines:
  parcel:
    states: {here: {}, gone: {final: true}}
    transitions: [{from: here, when: size == large and carrier == van, to: gone}, {to: here}]
properties:
  stays: {never: parcel == gone, expect: {violated_when: carrier == van}}
"""
PLAIN = SPEC % "[small, large]"
LABELLED = SPEC % "{small: {zh: 小件, en: small one}, large: 大}"


def test_labels_change_no_verdict_and_no_type() -> None:
    plain, labelled = parse_spec(PLAIN), parse_spec(LABELLED)
    assert plain.variables[0].type == labelled.variables[0].type
    assert all(r.as_expected for r in check_spec(labelled).results)


def test_labels_are_told_in_the_language_of_the_report() -> None:
    spec = parse_spec(LABELLED)
    size, carrier = spec.variables[0].type, spec.configuration[0].type
    assert isinstance(size, EnumType)
    assert Labels(spec, "zh").value(size, "small") == "小件"
    assert Labels(spec, "en").value(size, "small") == "small one"
    assert Labels(spec, "en").value(size, "large") == "大"  # one text serves both languages
    assert Labels(spec, "zh").value(carrier, "van") == "van"  # no words: the name itself
    plain = parse_spec(PLAIN)
    assert Labels(plain, "en").value(plain.variables[0].type, "small") == "small"
