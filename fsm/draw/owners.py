"""Who decides on events: numbered once for a whole spec, so that a colour means one machine."""

import re

from fsm.draw.diagram import Owner, Words
from fsm.model import Event, Spec
from fsm.report.labels import Labels

_WORD = re.compile(r"[!-~]+|[^!-~\s]+")  # a word, or a run of Chinese characters


def owners_of(spec: Spec, labels: tuple[Labels, ...]) -> dict[str, Owner]:
    """The environment ("", number 0), and each machine that owns an event, from 1 on."""
    owning = {e.owner.machine for scope in spec.scopes() for e in scope.events if e.owner}
    names = [machine.name for machine in spec.all_machines() if machine.name in owning]
    words = [tuple(each.words("environment") for each in labels)]
    words += [machine_words(name, labels) for name in names]
    signs = _signs([each[0] for each in words])
    return {
        name: Owner(name, words[number], number, signs[number])
        for number, name in enumerate(["", *names])
    }


def owner_name(event: Event) -> str:
    """The machine that owns the event, "" for the environment."""
    return event.owner.machine if event.owner else ""


def machine_words(name: str, labels: tuple[Labels, ...]) -> Words:
    """The label of a machine in each language."""
    return tuple(
        each.machines[name].text.get(each.lang, name.rpartition(".")[2]) for each in labels
    )


def _signs(names: list[str]) -> list[str]:
    """The first letter of each name; where a shorter name has that one, the letters that its words
    start with, or the first two letters, else the number."""
    signs: dict[int, str] = {}
    for number in sorted(range(len(names)), key=lambda n: (len(names[n]), n)):
        name = names[number]
        initials = "".join(word[0] for word in _WORD.findall(name)[:2])
        for sign in (name[:1], initials, name[:2], str(number)):
            sign = sign[:1].upper() + sign[1:]
            if sign and sign not in signs.values():
                signs[number] = sign
                break
    return [signs[number] for number in range(len(names))]
