"""What a diagram shows: plain frozen data that every writer (DOT, Mermaid, PlantUML) reads.

A diagram shows one machine (its nodes are states) or the whole system (its nodes are machines and
the environment, its edges the events between them). All words are already in the languages that
were asked for; a `Words` has one entry a language. Order is the order of the spec.
"""

from enum import Enum

from msgspec import Struct

Words = tuple[str, ...]


class Kind(Enum):
    """What the nodes stand for."""

    MACHINE = "machine"
    SYSTEM = "system"


class Role(Enum):
    """The part that a state plays in its lifecycle; a machine of the overview is ACTOR."""

    PENDING = "pending"  # the lifecycle goes on from here
    FINAL = "final"
    TRAP = "trap"  # not final, and nothing that is drawn leads from here to a final state
    ACTOR = "actor"


class EdgeKind(Enum):
    """Why an edge is taken."""

    EVENT = "event"
    DEADLINE = "deadline"  # time forces it
    SPONTANEOUS = "spontaneous"  # by itself, at any time


class Owner(Struct, frozen=True):
    """Who decides when an event happens. `number` selects colour and legend entry; `sign`, a letter
    or two that no other owner of the spec has, stands for it where there is no room for words."""

    name: str  # "" for the environment
    words: Words
    number: int
    sign: str = ""


class Node(Struct, frozen=True):
    """A state, or a machine of the overview. `parent` is the enclosing composite node ("": none).

    `composite` nodes are drawn around the nodes that name them as parent. `steps` are the numbers
    of the steps of a highlighted path that end here (0: it starts here), () where none is shown.
    `note` says more in smaller type: how many states a box stands for, for example.
    """

    name: str
    words: Words
    role: Role
    parent: str = ""
    composite: bool = False
    initial: bool = False
    urgent: bool = False
    rules: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    steps: tuple[int, ...] = ()
    note: Words = ()


class Part(Struct, frozen=True):
    """One transition (or one event of the overview) on an edge: what its label says, line by line.

    `owner` is the number of an `Owner`, None for a step that needs no event.
    `timing` is what a clock sign stands before: `48 h`, `2 h to 48 h`; "" without time.
    `guard` and `actions` have an entry a language, or one where all languages say the same.
    `transition` is its number in the machine, None in the overview.
    """

    words: Words  # the event; empty strings for a deadline or a spontaneous step without words
    owner: int | None = None
    timing: str = ""
    guard: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    transition: int | None = None
    steps: tuple[int, ...] = ()


class Edge(Struct, frozen=True):
    """All that leads from one node to another in the same way: parallel edges are one edge.

    An edge from or to a composite node stands for its border. `steps` as in `Node`. `inside`: the
    node (source and target) is not left, so the time in it runs on.
    """

    source: str
    target: str
    kind: EdgeKind
    parts: tuple[Part, ...]
    steps: tuple[int, ...] = ()
    inside: bool = False


class Diagram(Struct, frozen=True):
    """One picture. `name` is an identifier for files (`ticket`, `overview`), `langs` the languages
    of all words in their order, `path` whether it highlights the path of a run."""

    kind: Kind
    spec: str
    name: str
    title: Words
    langs: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    owners: tuple[Owner, ...] = ()
    path: bool = False
