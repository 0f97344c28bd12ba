"""What an expression says before its names mean anything: the untyped tree.

Every node knows where it stands (`start`, `end`: offsets into the text) and how deep it is, so
that whoever walks it recursively is safe once `fsm.spec.syntax.parse` has let it through.
"""

from collections.abc import Callable

from msgspec import Struct

from fsm.errors import Position
from fsm.expressions import GhostKind, Op, Quantifier


class Source(Struct, frozen=True):
    """The text of an expression, and where each of its characters stands in the file.

    `positions` and `line` take an offset into `text`, its length included.
    """

    text: str
    positions: Callable[[int], Position]
    line: Callable[[int], str]


class Span(Struct, frozen=True):
    """From which offset to which a node reaches, and how many levels it has."""

    start: int
    end: int
    depth: int = 1


class Truth(Struct, frozen=True):
    """`true` or `false`."""

    value: bool
    span: Span


class Number(Struct, frozen=True):
    """`3`, or a duration in milliseconds."""

    value: int
    duration: bool
    span: Span


class Part(Struct, frozen=True):
    """One link of a path: a name and the indices behind it."""

    name: str
    indices: tuple["Node", ...]
    span: Span


class Path(Struct, frozen=True):
    """`desk[i].clerk.tries`."""

    parts: tuple[Part, ...]
    span: Span

    @property
    def bare(self) -> str:
        """The name, if the path is nothing but a name, else ""."""
        first = self.parts[0]
        return first.name if len(self.parts) == 1 and not first.indices else ""


class Operation(Struct, frozen=True):
    """An operator on one or two operands; `at` is where the operator stands."""

    op: Op
    operands: tuple["Node", ...]
    at: int
    span: Span


class Chain(Struct, frozen=True):
    """`a < b < c`: means nothing, and is told so in words better than "syntax error"."""

    at: int
    span: Span


class Membership(Struct, frozen=True):
    """`x in {a, b}`; `braces` is False for `ticket in open`."""

    subject: "Node"
    values: tuple["Node", ...]
    braces: bool
    span: Span


class Choice(Struct, frozen=True):
    """`if … then … else …`."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"
    span: Span


class Range(Struct, frozen=True):
    """`all(i in low..high: body)`; `name_at` is where the variable stands."""

    quantifier: Quantifier
    variable: str
    name_at: int
    low: "Node"
    high: "Node"
    body: "Node"
    span: Span


class Watch(Struct, frozen=True):
    """`fired(e)`, `count(e)`, `since(e)`."""

    kind: GhostKind
    event: Path
    span: Span


class Bound(Struct, frozen=True):
    """The time bound of a temporal operator: `[<=48h]`; or `[2h..48h]`, both ends included, up to
    `high`."""

    op: str
    value: "Node"
    span: Span
    high: "Node | None" = None


class Temporal(Struct, frozen=True):
    """A temporal operator on its operands: the letters as written ("G", "FG", "AG", "U"), and where
    they stand."""

    letters: str
    operands: tuple["Node", ...]
    bound: Bound | None
    at: int
    span: Span


Node = Truth | Number | Path | Operation | Chain | Membership | Choice | Range | Watch | Temporal
NODES = (
    Truth, Number, Part, Path, Operation, Chain, Membership, Choice, Range, Watch, Bound, Temporal,
)  # fmt: skip


class Tree(Struct, frozen=True):
    """A parsed expression and its source."""

    source: Source
    root: Node
