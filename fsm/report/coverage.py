"""Coverage: where each rule of the source is cited, over all the specs given."""

from msgspec import Struct

from fsm.check.results import PropertyResult
from fsm.model import Spec
from fsm.report.bundle import Bundle


class Citation(Struct, frozen=True):
    """What one spec makes of a rule: the places that cite it, and the verdicts that rest on it.

    A place is `ticket:0,3` (transitions by number), `ticket.applied` (a state), or an event.
    """

    spec: str
    places: tuple[str, ...]
    results: tuple[PropertyResult, ...]
    lang: str


class RuleCoverage(Struct, frozen=True):
    """One rule; without citations and without a reason (`not_modelled`) it has been forgotten."""

    name: str
    text: str
    citations: tuple[Citation, ...]
    not_modelled: str


def rule_coverage(bundle: Bundle) -> list[RuleCoverage]:
    """One entry for each rule that any of the specs declares, in natural order (R2 before R10)."""
    names = {rule.name for report in bundle.reports for rule in report.spec.rules}
    return [_cover(name, bundle) for name in sorted(names, key=natural)]


def natural(name: str) -> tuple[str, int, str]:
    """A sorting key by which R2 comes before R10."""
    letters = name.rstrip("0123456789")
    return letters, int(name[len(letters) :] or 0), name


def _cover(name: str, bundle: Bundle) -> RuleCoverage:
    text = reason = ""
    citations = []
    for report in bundle.reports:
        lang = bundle.language(report)
        for rule in report.spec.rules:
            if rule.name == name:
                text = text or rule.text.get(lang)
                reason = reason or rule.not_modelled.get(lang)
        places = tuple(_places(report.spec, name))
        results = tuple(r for r in report.results if name in r.property.rules)
        if places or results:
            citations.append(Citation(report.spec.name, places, results, lang))
    return RuleCoverage(name, text, tuple(citations), reason)


def _places(spec: Spec, rule: str) -> list[str]:
    found = []
    for machine in spec.all_machines():
        numbers = [str(t.number) for t in machine.transitions if rule in t.rules]
        found += [f"{machine.name}:{','.join(numbers)}"] if numbers else []
        found += [f"{machine.name}.{s.name}" for s in machine.states if rule in s.rules]
    for scope in spec.scopes():
        found += [event.name for event in scope.events if rule in event.rules]
    return found
