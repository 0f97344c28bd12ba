"""Stronger claims that hold as well: in words, and as lines for a spec."""

from collections.abc import Iterator, Sequence

from fsm.check.results import PropertyResult
from fsm.logic.stronger import How, Stronger
from fsm.report.claims import claimed
from fsm.report.labels import Labels
from fsm.report.phrase import phrase
from fsm.spec.property_lines import property_lines

HOW = {
    "en": {
        How.WITHOUT: "holds even without {gone}",
        How.WITHIN: "holds within {within}, and in no shorter time",
        How.AT_ONCE: "holds at once, at the same moment",
        How.NEXT: "holds at once or with the next step",
        How.ALWAYS: "holds at every moment",
        How.AGAIN: "comes again and again, whatever happens",
        How.FEWER: "at most {n}",
        How.SCOPE: "holds for more of every run",
    },
    "zh": {
        How.WITHOUT: "去掉{gone}仍然成立",
        How.WITHIN: "在 {within} 之内成立，不能再短",
        How.AT_ONCE: "当即成立，就在同一时刻",
        How.NEXT: "当即或下一步就成立",
        How.ALWAYS: "每一时刻都成立",
        How.AGAIN: "无论如何都会一再出现",
        How.FEWER: "至多 {n} 次",
        How.SCOPE: "在每次运行的更大范围内成立",
    },
}


def how(offer: Stronger, labels: Labels) -> str:
    """In which way it is stronger, without the end of a sentence."""
    claim = offer.property
    bound = claim.idiom.bound if claim.idiom is not None else claim.bound
    within = claim.within.text if claim.within is not None else ""
    gone = labels.words.join([phrase(part, labels) for part in offer.gone])
    return HOW[labels.lang][offer.how].format(gone=gone, within=within, n=bound)


def claim_lines(result: PropertyResult, offer: Stronger, taken: Sequence[str]) -> tuple[str, ...]:
    """The claim as lines of a spec, under a name of its own."""
    base = name = f"{result.property.name}_{offer.how.value}"
    number = 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return property_lines(offer.property, name)


def told(result: PropertyResult, labels: Labels) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """For each stronger claim: in which way, in words, and as lines."""
    taken = [p.name for p in labels.spec.properties]
    for offer in result.stronger:
        lines = claim_lines(result, offer, taken)
        yield how(offer, labels), claimed(offer.property, labels), lines
