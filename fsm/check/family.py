"""Which of its properties a check of a spec is about, and in which variants."""

from collections.abc import Iterator

from fsm.errors import UsageError
from fsm.explore.variants import Variants, make_variants
from fsm.expressions import Config, Scalar, walk
from fsm.model import Property, Spec
from fsm.semantics.formulas import property_formulas, system_formulas
from fsm.semantics.lower_expressions import Lowering

VARIANT_LIMIT = 1 << 20


def select(spec: Spec, names: tuple[str, ...]) -> tuple[Property, ...]:
    """The named properties in the order of the spec; all where none is named."""
    known = {p.name for p in spec.properties}
    for name in names:
        if name not in known:
            raise UsageError("F602", f"{spec.name} has no property {name}")
    return tuple(p for p in spec.properties if not names or p.name in names)


def family_of(
    spec: Spec, selected: tuple[Property, ...], lowering: Lowering, chosen: dict[str, Scalar]
) -> Variants:
    """The variants over what the system or a selected property reads."""
    values = {c.name: c.values for c in spec.configuration}
    for name, value in chosen.items():
        if name not in values or value not in values[name]:
            raise UsageError("F603", f"{spec.name} has no variant with {name} = {value}")
    used = {lowering.params[name] for name in sorted(configuration_read(spec, selected))}
    total = 1
    for place in used:
        total *= len(spec.configuration[place].values)
    if total > VARIANT_LIMIT:
        raise UsageError(
            "F610",
            f"{total} variants are more than {VARIANT_LIMIT}",
            "fix some switches with --variant, or give parameters fewer values",
        )
    return make_variants(spec.configuration, lowering.codes, used, chosen)


def configuration_read(spec: Spec, selected: tuple[Property, ...]) -> Iterator[str]:
    """Switches, parameters and questions that the system or one of these properties reads."""
    formulas = [*system_formulas(spec)]
    for property_ in selected:
        formulas += property_formulas(property_)
        if property_.condition is not None:
            formulas.append(property_.condition.node)
    for formula in formulas:
        yield from (node.name for node in walk(formula) if isinstance(node, Config))
