"""One small world for the tests of expressions: every kind of declaration, also in copies."""

from msgspec.structs import replace

from fsm.errors import Diagnostic, Position
from fsm.expressions import ArrayType, BoolType, DurationType, EnumType, Expr, IntType, Type
from fsm.model import ConfigKind, ConfigVariable, Constant
from fsm.spec.problems import Problems
from fsm.spec.scope import MachineNames, Scope
from fsm.spec.syntax import parse
from fsm.spec.tree import Source
from fsm.spec.typing import typed

MONEY = EnumType(("none", "to_pay", "paid"))
TONE = EnumType(("loud", "quiet"))
HOUR = 3_600_000


def plain(*names: str) -> MachineNames:
    """A machine without composite states or tags."""
    return MachineNames({name: (name,) for name in names}, {}, names)


SCOPE = Scope(
    constants={
        "n": Constant("n", IntType(3, 3), 3),
        "window": Constant("window", DurationType(), 48 * HOUR),
        "weekend": Constant("weekend", BoolType(), True),
        "costs": Constant("costs", ArrayType(IntType(1, 9), 3), (1, 5, 9)),
        "table": Constant("table", ArrayType(ArrayType(IntType(0, 4), 2), 2), ((1, 2), (3, 4))),
    },
    config={
        "intercept": ConfigVariable("intercept", ConfigKind.SWITCH, BoolType(), (False, True)),
        "limit": ConfigVariable("limit", ConfigKind.SWITCH, IntType(1, 3), (1, 2, 3)),
        "patience": ConfigVariable(
            "patience", ConfigKind.SWITCH, DurationType(), (24 * HOUR, 48 * HOUR)
        ),
        "tone": ConfigVariable("tone", ConfigKind.QUESTION, TONE, ("loud", "quiet")),
    },
    variables={
        "parcels": IntType(1, 2),
        "small": IntType(0, 5),
        "debt": IntType(-5, 5),
        "paid": BoolType(),
        "money": MONEY,
        "refund": MONEY,
        "tried": ArrayType(BoolType(), 4),
        "grid": ArrayType(ArrayType(IntType(0, 9), 3), 2),
        "ticket.amount": IntType(0, 9),
        "phil.meals": IntType(0, 3),
        "desk.queue": IntType(0, 3),
        "desk.clerk.tries": IntType(0, 2),
        "desk.clerk.notes": ArrayType(IntType(0, 1), 2),
    },
    clocks=("c48", "idle", "ticket.age", "phil.hunger"),
    events=("apply", "lost", "ticket.close", "phil.take", "desk.refund_all", "desk.clerk.yawn"),
    machines={
        "ticket": MachineNames(
            {
                "open": ("applied", "waiting"),
                "applied": ("applied",),
                "waiting": ("waiting",),
                "refunded": ("refunded",),
                "closed": ("closed",),
            },
            {"pending": ("applied", "waiting"), "over": ("refunded", "closed")},
            ("applied", "waiting", "refunded", "closed"),
        ),
        "phil": plain("thinking", "eating", "waiting"),
        "desk.clerk": plain("idle_now", "busy"),
        "desk.screen": plain("dark", "bright"),
    },
    copies={"ticket": None, "phil": 3, "desk": 2, "desk.clerk": None, "desk.screen": None},
)
PROPERTY = replace(SCOPE, allow_ghosts=True)
IN_PHIL = SCOPE.inside("phil")
IN_CLERK = SCOPE.inside("desk.clerk")


def source_of(text: str) -> Source:
    """A source in which column = offset + 1."""
    return Source(text, lambda offset: Position("x", 1, offset + 1), lambda _: text)


def attempt(
    text: str, scope: Scope = SCOPE, expected: Type | None = None
) -> tuple[Expr | None, list[Diagnostic]]:
    """Parse and type; the expression and what was reported."""
    problems = Problems()
    tree = parse(source_of(text), problems)
    expr = typed(tree, scope, expected, problems) if tree else None
    return expr, problems.diagnostics


def read(text: str, scope: Scope = SCOPE, expected: Type | None = None) -> Expr:
    """The typed expression; fails the test if anything was reported."""
    expr, diagnostics = attempt(text, scope, expected)
    assert not diagnostics, diagnostics
    assert expr is not None
    return expr


def complaints(
    text: str, scope: Scope = SCOPE, expected: Type | None = None
) -> list[tuple[str, int]]:
    """Code and column of everything reported."""
    expr, diagnostics = attempt(text, scope, expected)
    assert (expr is None) == bool(diagnostics)
    return [(d.code, d.at.column) for d in diagnostics]
