"""Where a story starts: the choices that matter to it, and the initial values that were free."""

from fsm.expressions import Config, walk
from fsm.model import Formula
from fsm.report.labels import Labels, declared
from fsm.semantics.trace import Delay, Run


def tell_setting(run: Run, labels: Labels, mentioned: tuple[str, ...]) -> tuple[str, ...]:
    """The configuration, a line a choice, and a line of initial values, where there are any.

    Told are the switches and questions that are `mentioned` or that the run reads, switches that
    are on, and variables whose initial value was free.
    """
    words = labels.words
    matters = {*mentioned, *_used(run, labels)}
    told = [
        words("equals", label=labels.config(name), value=labels.config_value(name, value))
        for name, value in run.variant
        if name in matters or (value is True and not labels.configuration[name].answers)
    ]
    lines = []
    if len(told) > 1:
        lines += [words("equals", label=words("setting"), value="").rstrip()]
        lines += [f"  {choice}" for choice in told]
    elif run.variant:
        plain = any(isinstance(value, bool) for _, value in run.variant)
        text = "".join(told) or words("all_off" if plain else "any_variant")
        lines.append(words("equals", label=words("setting"), value=text))
    values = dict(run.states[0].snapshot.values)
    free = [
        words(
            "is",
            label=words.before_words(labels.variable(instance)),
            value=labels.said(found.type, value),
        )
        for instance, value in values.items()
        if _is_free((found := labels.variables[declared(instance)]).initial)
    ]
    if free:
        lines.append(words("equals", label=words("initially"), value=words.join(free)))
    return tuple(lines)


def _used(run: Run, labels: Labels) -> set[str]:
    """The switches and questions that the run reads: in the transitions that it takes, and in what
    stops clocks, where time passes."""
    formulas: list[Formula | None] = []
    for step in run.steps:
        if isinstance(step, Delay):
            formulas += [clock.paused_when for clock in labels.clocks.values()]
            continue
        for move in step.moves:
            transition = labels.machines[declared(move.machine)].transitions[move.transition]
            formulas += [transition.guard, *(update.value for update in transition.updates)]
            if transition.timing is not None:
                formulas += [transition.timing.lower, transition.timing.upper]
    nodes = (node for formula in formulas if formula is not None for node in walk(formula.node))
    return {node.name for node in nodes if isinstance(node, Config)}


def _is_free(initial: object) -> bool:
    if isinstance(initial, tuple):
        return any(_is_free(element) for element in initial)
    return initial is None
