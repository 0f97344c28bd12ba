"""What was abstracted when a `transitions.Machine` became a spec, told to its user."""

from collections.abc import Callable, Iterator, Mapping

from fsm.interop.transitions_order import (
    MOST_CONDITIONS,
    asked,
    attempts,
    dead_ends,
    opaque,
    places,
    timed_trigger,
    tried,
)  # fmt: skip
from fsm.interop.transitions_reading import MachineRead, Path, StateRead
from fsm.model import Text
from fsm.spec.unparse import duration_text

_MOST = 8  # names that a note lists


def notes_on(
    machine: object,
    read: MachineRead,
    ids: Mapping[str, str],
    state_id: Callable[[Path], str],
    only_timers: frozenset[str],
) -> tuple[Text, ...]:
    """Everything that the spec does not say about the machine, or says otherwise."""
    notes = _Notes(machine, read, ids, state_id, only_timers)
    return tuple(notes.all())


class _Notes:
    """The notes on one machine, by what they are about."""

    def __init__(
        self,
        machine: object,
        read: MachineRead,
        ids: Mapping[str, str],
        state_id: Callable[[Path], str],
        only_timers: frozenset[str],
    ) -> None:
        self.machine, self.read, self.ids, self.state_id = machine, read, ids, state_id
        self.only_timers = only_timers
        self.triggers = tuple(dict.fromkeys(edge.trigger for edge in read.edges))

    def all(self) -> Iterator[Text]:
        """In the order in which they matter."""
        for trigger in self.triggers:
            yield from self._conditions(trigger)
        for trigger in self.triggers:
            yield from self._shadowed(trigger)
        for state in self.read.states:
            yield from self._timer(state)
        yield from self._start()
        yield from self._left_out()
        yield from self._finals()
        yield from self._renamed()
        yield Text(
            "名为 generated_… 的性质是导入时自动生成的：请换成你自己的断言",
            "properties named generated_… were made by the import: put claims of your own in "
            "their place",
        )

    def _name(self, path: Path) -> str:
        return self.read.separator.join(path)

    # --- transitions ------------------------------------------------------------------------

    def _conditions(self, trigger: str) -> Iterator[Text]:
        names = asked(self.read, trigger)
        if not names:
            return
        if opaque(self.read, trigger):
            yield Text(
                f"{trigger}：条件多于 {MOST_CONDITIONS} 个（{_listed(names)}），"
                "因此任一带条件的迁移都视为可能发生，其先后次序不再区分",
                f"{trigger}: more than {MOST_CONDITIONS} conditions ({_listed(names)}), so each of "
                "its transitions with conditions may happen, whatever their order",
            )
            return
        edges = [e for e in self.read.edges if e.trigger == trigger and e.conditions]
        where = _listed(tuple(dict.fromkeys(
            f"{self._name(e.source)} → {self._name(e.target) if e.target else '='}" for e in edges
        )))  # fmt: skip
        yield Text(
            f"{trigger}（{where}）：条件 {_listed(names)} 是看不透的代码，每次触发时都可真可假；"
            "同一次触发中只回答一次",
            f"{trigger} ({where}): what {_listed(names)} decides is code, so each may be true or "
            "false whenever it is asked, with one answer for one trigger",
        )

    def _shadowed(self, trigger: str) -> Iterator[Text]:
        for attempt in attempts(self.read, trigger):
            if attempt.shadowed:
                source, edge = self._name(attempt.source), attempt.edge
                target = self._name(edge.target) if edge.target else source
                yield Text(
                    f"{trigger}：{source} → {target} 永远不会发生，"
                    "因为同一触发器在它之前有一条无条件的迁移",
                    f"{trigger}: {source} → {target} can never happen, since a transition without "
                    "conditions for the same trigger comes before it",
                )

    # --- timers -----------------------------------------------------------------------------

    def _timer(self, state: StateRead) -> Iterator[Text]:
        name = self._name(state.path)
        if state.retries:
            yield Text(
                f"{name}：重试次数的上限没有建模，可以无限次重试，也不会调用 on_failure",
                f"{name}: the limit of retries is not modelled: it may be entered again for ever, "
                "and on_failure is never called",
            )
        if not state.timeout:
            return
        trigger, time = timed_trigger(state, self.read), duration_text(state.timeout)
        unknown = tuple(call for call in state.calls if call != trigger)
        if unknown:
            yield Text(
                f"{name}：{time} 后调用的 {_listed(unknown)} 是代码，它所做的没有建模",
                f"{name}: what {_listed(unknown)} does after {time} is code, and not modelled",
            )
        if not trigger:
            return
        if trigger not in self.read.generated:
            inside = [p for p in places(self.read) if p[: len(state.path)] == state.path]
            lists = [tried(self.read, trigger, place) for place in inside]
            if not any(lists):
                yield Text(
                    f"{name}：{time} 后调用 {trigger}，但这个状态不接受它（运行时会出错）",
                    f"{name}: after {time} it calls {trigger}, which it does not accept there: "
                    "that raises when it runs",
                )
                return
            if any(edges != lists[0] for edges in lists):
                yield Text(
                    f"{name}：{time} 后的 {trigger} 取决于内层状态，没有建成期限；"
                    "它可在任何时刻发生",
                    f"{name}: what {trigger} does after {time} depends on the inner state, so it "
                    "is no deadline here; it may happen at any time",
                )
            elif trigger not in self.only_timers:
                yield Text(
                    f"{name}：{time} 后由定时器触发 {trigger}，他人也可随时触发；"
                    f"若只有定时器触发它，请给出 only_timers=['{trigger}']",
                    f"{name}: after {time} the timer calls {trigger}, and others may call it at "
                    f"any time; if nobody else does, pass only_timers=['{trigger}']",
                )
        if any(self._begins(start, state.path) for start in self.read.starts):
            yield Text(
                f"{name}：起始时定时器并不运行，transitions 只在经迁移进入该状态时才启动它",
                f"{name}: its timer does not run at the start; transitions starts it only when a "
                "transition enters the state",
            )

    def _begins(self, start: Path, path: Path) -> bool:
        by_path = {state.path: state for state in self.read.states}
        while by_path[start].initial:
            start = by_path[start].initial
        return start[: len(path)] == path

    # --- the rest ---------------------------------------------------------------------------

    def _start(self) -> Iterator[Text]:
        if len(self.read.starts) > 1:
            names = _listed(tuple(self._name(path) for path in self.read.starts))
            yield Text(
                f"机器没有初始状态，其模型现处于 {names}：从其中任一个开始",
                f"the machine has no initial state, and its models are in {names}: it may start "
                "in any of these",
            )
        if self.read.models > 1:
            n = self.read.models
            yield Text(
                f"机器有 {n} 个模型，spec 描述其中一个：它们互不相见",
                f"the machine has {n} models; the spec is about one of them: they do not see each "
                "other",
            )

    def _left_out(self) -> Iterator[Text]:
        if self.read.callbacks:
            names = _listed(self.read.callbacks)
            yield Text(
                f"回调所做的没有建模：{names}", f"what callbacks do is not modelled: {names}"
            )
        if self.read.generated:
            n = len(self.read.generated)
            yield Text(
                f"自动生成的 {n} 个触发器 to_<状态> 已略去",
                f"{n} generated triggers to_<state> are left out",
            )
        if self.read.sourceless:
            names = _listed(self.read.sourceless)
            yield Text(
                f"从不存在的状态出发的迁移已略去：{names}",
                f"transitions from states that do not exist are left out: {names}",
            )

    def _finals(self) -> Iterator[Text]:
        if any(state.final for state in self.read.states):
            return
        ends = tuple(map(self.state_id, dead_ends(self.read)))
        if ends:
            yield Text(
                f"没有状态标为终态；若 {_listed(ends)} 本该是终点，请加上 final: true",
                f"no state is marked as final; if {_listed(ends)} should be an end, add "
                "final: true",
            )

    def _renamed(self) -> Iterator[Text]:
        states = {self._name(s.path): self.state_id(s.path) for s in self.read.states}
        triggers = {trigger: self.ids[trigger] for trigger in self.triggers}
        pairs = [f"{old} → {new}" for old, new in (states | triggers).items() if old != new]
        if pairs:
            yield Text(
                f"名称改成了标识符：{_listed(tuple(pairs))}",
                f"names became ids: {_listed(tuple(pairs))}",
            )


def _listed(names: tuple[str, ...]) -> str:
    more = f", … (+{len(names) - _MOST})" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
