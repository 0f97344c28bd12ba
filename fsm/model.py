"""What a spec says: plain frozen data, no behaviour beyond derived values, no I/O.

Order in the tuples is the order of the spec, so every listing, diagram and trace is reproducible.
Names are assumed declared, unique and well typed: `fsm.spec` proves it, nobody else does.
Qualified names and copies are explained in `fsm.expressions`. Durations are whole milliseconds.
"""

from enum import Enum
from typing import Union

from msgspec import Struct

from fsm.errors import NOWHERE, Position
from fsm.expressions import ClockRead, Expr, Type, Value
from fsm.temporal import Temporal


class Text(Struct, frozen=True):
    """Words in both languages; either may be missing ("")."""

    zh: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)

    def get(self, lang: str, default: str = "") -> str:
        """The words in `lang` ("zh" or "en"), else in the other one, else `default`."""
        first, second = (self.zh, self.en) if lang == "zh" else (self.en, self.zh)
        return first or second or default


class Formula(Struct, frozen=True):
    """A typed expression, and the words in which the spec wrote it."""

    node: Expr
    text: str


class Rule(Struct, frozen=True):
    """A sentence of the source document. `not_modelled` says why no state machine expresses it."""

    name: str
    text: Text
    not_modelled: Text = Text()
    at: Position = NOWHERE


class Decision(Struct, frozen=True):
    """An open point of the source that the author of the spec settled, and how."""

    name: str
    text: Text
    at: Position = NOWHERE


class Constant(Struct, frozen=True):
    """A named value."""

    name: str
    type: Type
    value: Value
    at: Position = NOWHERE


class ConfigKind(Enum):
    """Why a configuration variable exists: the shop sets it, or the source leaves it open."""

    SWITCH = "switch"
    QUESTION = "question"


class ConfigVariable(Struct, frozen=True):
    """A switch, a parameter or a question: chosen before the first step, never changed.

    `values` are all its possible values in the order of the spec (a switch: False, then True).
    `ref` names the open point of the source document that a question stands for ("" if none).
    """

    name: str
    kind: ConfigKind
    type: Type
    values: tuple[bool | int | str, ...]
    text: Text = Text()
    ref: str = ""
    answers: tuple[Text, ...] = ()  # the words for each value, where given
    at: Position = NOWHERE


Initial = Union[Formula, tuple["Initial", ...], None]


class Variable(Struct, frozen=True):
    """A variable; `name` is qualified. `initial`: a formula (for every element, if an array), one
    for each element, or None for `any` value of the type."""

    name: str
    type: Type
    initial: Initial
    text: Text = Text()
    at: Position = NOWHERE


class Clock(Struct, frozen=True):
    """A named clock; starts at zero, reset by actions, stands still while `paused_when` is true."""

    name: str
    paused_when: Formula | None = None
    text: Text = Text()
    at: Position = NOWHERE


class Field(Struct, frozen=True):
    """A finite piece of data that an event carries, or a value that a transition chooses."""

    name: str
    type: Type
    values: tuple[bool | int | str, ...]
    text: Text = Text()


class Fairness(Enum):
    """Weak: enabled for ever means taken for ever. Strong: enabled again and again means so."""

    WEAK = "weak"
    STRONG = "strong"


class MachineRef(Struct, frozen=True):
    """A machine, and which copy of it (None: the copy that the reader itself belongs to, or the
    only one)."""

    machine: str
    copy: int | None = None


class Event(Struct, frozen=True):
    """Something that happens. `name` is qualified by the machine or group that declares it, and
    then every copy of that has an event of its own. Without `owner` the environment decides."""

    name: str
    owner: MachineRef | None = None
    fields: tuple[Field, ...] = ()
    urgent: bool = False
    sync_all: bool = False
    priority: int | None = None
    fair: Fairness | None = None
    tags: tuple[str, ...] = ()
    text: Text = Text()
    rules: tuple[str, ...] = ()
    at: Position = NOWHERE


class State(Struct, frozen=True):
    """A state of a machine. Ids are unique within the machine, whatever the depth.

    `parent` is the enclosing state ("" at the top), `initial` the inner state that is entered
    with a composite one ("" for a leaf).
    """

    name: str
    parent: str = ""
    initial: str = ""
    tags: tuple[str, ...] = ()
    final: bool = False
    urgent: bool = False
    text: Text = Text()
    rules: tuple[str, ...] = ()
    at: Position = NOWHERE


class EventRef(Struct, frozen=True):
    """The event that a transition goes with.

    `copy` selects one copy (it reads at most `index` and constants); `binds` is the name under
    which a listener learns which copy it was, and then any copy will do.
    """

    event: str
    copy: Expr | None = None
    binds: str = ""


class Timing(Struct, frozen=True):
    """When a transition may and must happen, measured on `clock`, or on the time in the source
    state where that is None. Bounds are closed, and read at most constants, configuration, `index`.

    `forced`: while the guard is true, no time passes once the clock has reached `upper`.
    """

    lower: Formula | None = None
    upper: Formula | None = None
    forced: bool = False
    clock: ClockRead | None = None


class Assignment(Struct, frozen=True):
    """`variable[indices] := value`; own copy unless `copy` says which."""

    variable: str
    value: Formula
    copy: Expr | None = None
    indices: tuple[Expr, ...] = ()
    at: Position = NOWHERE


class Transition(Struct, frozen=True):
    """`sources --event [guard] / updates--> target`.

    `sources` may be composite states; () means every state. `target` is "" where the machine
    stays as it is. `number` is the place in the machine's list, from 0.
    """

    number: int
    sources: tuple[str, ...]
    target: str = ""
    event: EventRef | None = None
    guard: Formula | None = None
    timing: Timing | None = None
    choose: tuple[Field, ...] = ()
    updates: tuple[Assignment, ...] = ()
    resets: tuple[ClockRead, ...] = ()
    priority: int | None = None
    text: Text = Text()
    rules: tuple[str, ...] = ()
    at: Position = NOWHERE


class Machine(Struct, frozen=True):
    """States, one initial, transitions, and what is local to it. `name` is qualified by its group.

    `count` is the number of copies (None: not instantiated by itself). States come parents first.
    """

    name: str
    states: tuple[State, ...]
    initial: str
    transitions: tuple[Transition, ...]
    variables: tuple[Variable, ...] = ()
    clocks: tuple[Clock, ...] = ()
    events: tuple[Event, ...] = ()
    count: int | None = None
    receptive: bool = False
    text: Text = Text()
    at: Position = NOWHERE
    fair: Fairness | None = None  # of all that it decides: its events and its spontaneous steps


class Group(Struct, frozen=True):
    """Machines that are instantiated together, with what they share. Its machines have no count."""

    name: str
    machines: tuple[Machine, ...]
    variables: tuple[Variable, ...] = ()
    clocks: tuple[Clock, ...] = ()
    events: tuple[Event, ...] = ()
    count: int | None = None
    text: Text = Text()
    at: Position = NOWHERE


class Pattern(Enum):
    """What a property says; `subject`, `trigger`, `within` and `bound` are its operands."""

    NEVER = "never"  # no reachable state satisfies subject
    ALWAYS = "always"  # every reachable state does
    REACHABLE = "reachable"  # some run of some variant (every=True: of each) reaches subject
    EVENTUALLY = "eventually"  # every run reaches subject [within]
    RESPONSE = "after"  # after trigger, eventually subject [within]
    PRECEDENCE = "before"  # no trigger before (or without, in the same state) a subject
    AT_MOST = "at_most"  # the event in subject occurs at most `bound` times
    CAN_ALWAYS = "can_always"  # from every reachable state some run reaches subject
    LTL = "ltl"  # every run satisfies `formula`
    CTL = "ctl"  # every initial state satisfies `formula`


class Expected(Enum):
    """Which verdict the author of the spec expects."""

    HOLDS = "holds"
    VIOLATED = "violated"  # in every variant or only in some: no claim which
    VIOLATED_WHEN = "violated_when"  # exactly in the variants that satisfy the condition


class Idiom(Struct, frozen=True):
    """A pattern with a scope or a chain, as written: its name in `fsm.spec.patterns`, the keys of
    its scope, what the letters of its formula stand for, and how often (`at_most`)."""

    name: str
    pattern: Pattern
    scope: tuple[str, ...]
    letters: tuple[tuple[str, Formula], ...]
    bound: int | None = None


class Property(Struct, frozen=True):
    """A claim about every run. An event as operand is the ghost `fired(event)`.

    `each` binds names over integer ranges: the property is claimed for every combination.
    `ref` names the entry of the source document that it decides ("" if none). For `ltl` and `ctl`
    `formula` is the claim, over tests that are `Expr`, and `subject` has only its text. With an
    `idiom` it is the formula that the idiom means, and `pattern` is LTL.
    """

    name: str
    pattern: Pattern
    subject: Formula
    trigger: Formula | None = None
    within: Formula | None = None
    bound: int | None = None
    every: bool = False
    each: tuple[Field, ...] = ()
    expect: Expected = Expected.HOLDS
    condition: Formula | None = None
    because: Text = Text()
    text: Text = Text()
    ref: str = ""
    rules: tuple[str, ...] = ()
    at: Position = NOWHERE
    formula: Temporal | None = None
    idiom: Idiom | None = None


class Allow(Struct, frozen=True):
    """A structural finding that the author accepts: its code, what it is about, and why."""

    code: str
    subject: str
    because: Text
    at: Position = NOWHERE


class Spec(Struct, frozen=True):
    """A whole spec: machines + variables + clocks + configuration, and the claims about them."""

    name: str
    machines: tuple[Machine, ...]  # outside groups
    groups: tuple[Group, ...] = ()
    configuration: tuple[ConfigVariable, ...] = ()
    constants: tuple[Constant, ...] = ()
    variables: tuple[Variable, ...] = ()
    clocks: tuple[Clock, ...] = ()
    events: tuple[Event, ...] = ()
    initial_where: Formula | None = None
    unit: int | None = None  # milliseconds; None: greatest common divisor of the durations
    properties: tuple[Property, ...] = ()
    rules: tuple[Rule, ...] = ()
    decisions: tuple[Decision, ...] = ()
    allow: tuple[Allow, ...] = ()
    title: Text = Text()
    lang: str = ""
    at: Position = NOWHERE

    def __hash__(self) -> int:
        """Of what tells specs apart: to go through a whole one takes milliseconds."""
        return hash((self.name, self.at))

    def all_machines(self) -> tuple[Machine, ...]:
        """Every machine, those of groups included, in the order of the spec: machines first."""
        return (*self.machines, *(m for g in self.groups for m in g.machines))

    def scopes(self) -> "tuple[Spec | Group | Machine, ...]":
        """Everything that can declare variables, clocks and events, outermost first."""
        found: list[Spec | Group | Machine] = [self, *self.machines]
        for group in self.groups:
            found += [group, *group.machines]
        return tuple(found)

    def group_of(self, machine: str) -> Group | None:
        """The group that the machine of this qualified name belongs to."""
        return next((g for g in self.groups if any(m.name == machine for m in g.machines)), None)

    def copies_of(self, scope: str) -> int | None:
        """How many copies the machine or group of this qualified name has; None: no copies."""
        for group in self.groups:
            if scope == group.name or any(scope == m.name for m in group.machines):
                return group.count
        return next((m.count for m in self.machines if m.name == scope), None)
