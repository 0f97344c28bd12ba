"""The codes of what goes wrong while a spec runs or is tested (F640 to F679)."""

from fsm.model import Text
from fsm.spec.code import Code

RUNNING_CODES = {
    "F640": Code(
        Text("没有这个事件", "no such event"),
        "The runtime was asked for an event or a field that the spec does not have, or for a value "
        "that the field cannot have.",
        "runtime.fire('refnd')",
        "Correct the spelling; `fsm show` lists events with their fields.",
    ),
    "F641": Code(
        Text("现在不可能发生", "not possible now"),
        "The event cannot happen in the present state: the message says what can, and why not, as "
        "far as one guard, state or time is to blame.",
        "runtime.fire('refund')",
        "Fire what is possible, or let time pass: runtime.possible() lists it.",
    ),
    "F642": Code(
        Text("有多种可能", "several ways"),
        "The event can happen in several ways, and nobody has chosen one.",
        "runtime.fire('apply')",
        "Give the fields that tell them apart, or a chooser: fire(event, choose=…).",
    ),
    "F643": Code(
        Text("步骤出错", "a step that faults"),
        "The step would leave the range of a variable, divide by zero or read outside an array. It "
        "was not taken.",
        "runtime.fire('count_up')",
        "Mend the spec: `fsm check` tells every fault with a shortest run.",
    ),
    "F644": Code(
        Text("时间锁死", "a timelock"),
        "Time may not pass, because something must happen first, and nothing can happen.",
        "runtime.clock.advance(hours=48)",
        "Mend the spec: `fsm check` finds timelocks (S06).",
    ),
    "F645": Code(
        Text("同一时刻无穷步", "endless steps at one instant"),
        "Steps follow each other without time passing, and time may still not pass.",
        "runtime.clock.advance(hours=1)",
        "Mend the spec: `fsm check` finds loops that time can never leave (S05).",
    ),
    "F646": Code(
        Text("时间不能这样流逝", "time cannot pass like that"),
        "The clock was asked to run back, to stop between two units of time, or to pass time in a "
        "spec without time.",
        "runtime.clock.advance(hours=-1)",
        "Advance by whole units of the spec, or give the runtime a finer unit: "
        "Runtime(spec, unit=…).",
    ),
    "F649": Code(
        Text("步骤尚未完成", "a step is under way"),
        "A callback of a machine tried to take another step while its own was not complete.",
        "machine.on_enter_paid(lambda event: runtime.fire('ship'))",
        "Use runtime.on_step(…), which is called when the step is complete.",
    ),
    "F650": Code(
        Text("空间太大，无法作为图给出", "the space is too large to hand out"),
        "The graph of the reachable space would have more states than allowed. A part of it is "
        "never given for the whole.",
        "fsm show refund.fsm.yaml --graph --space --limit 10",
        "Allow more with --limit, or give variables and clocks fewer values.",
    ),
}
