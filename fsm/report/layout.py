"""A story laid out as lines of text."""

from fsm.report.story import Story, StoryStep
from fsm.report.width import display_width, pad, pad_left
from fsm.report.words import Words


def lay_out(story: Story, words: Words, indent: str = "  ") -> list[str]:
    """The lines of a story; the steps are numbered from 1, the clock stands in a column. What
    branches off is set in, and numbered on."""
    lines = [indent + line for line in story.setting]
    if not story.steps and not story.first:
        lines.append(indent + words("no_steps"))
    digits = len(str(story.first + len(story.steps)))
    clock = max((display_width(step.clock) for step in story.steps), default=0)
    for number, step in enumerate(story.steps):
        if number == story.loop:
            lines.append(indent + words("for_ever"))
        lines += [
            indent + line for line in _step(step, story.first + number + 1, digits, clock, words)
        ]
    if story.loop is not None and story.loop == len(story.steps):
        lines.append(indent + words("for_ever"))
    if story.ended:
        lines.append(indent + words("ended"))
    if story.conclusion:
        lines.append(indent + story.conclusion)
    for aside in story.beside:
        lines.append(indent + aside.text)
        if aside.story is not None:
            lines += lay_out(aside.story, words, indent + "  ")
    return lines


def sentence(step: StoryStep, words: Words) -> str:
    """Who did what, in one line."""
    actor = step.actor + words("colon") if step.actor else ""
    later = words("aside", text=step.later) if step.later else ""
    return f"{actor}{step.action}{later}"


def _step(step: StoryStep, number: int, digits: int, clock: int, words: Words) -> list[str]:
    head = f"{pad_left(str(number), digits)}. "
    if clock:
        head += pad(step.clock, clock) + "  "
    margin = " " * display_width(head)
    details = (
        (*step.changes, *step.rules)
        if step.changes or not step.actor
        else (
            words("nothing_changes"),
            *step.rules,
        )
    )
    return [head + sentence(step, words), *(f"{margin}  {detail}" for detail in details)]
