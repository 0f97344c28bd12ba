"""Structural findings: what every check looks for without being asked. S01 to S14; see
`fsm.spec.codes_time` for the others."""

from fsm.model import Text
from fsm.spec.code import Code, example

_ALLOW = "If it is meant, accept it under 'allow' with a reason."
_HEAD = "fsm: 1\nname: example\n"

FINDING_CODES: dict[str, Code] = {
    "S01": Code(
        Text("到不了的状态", "a state that no variant reaches"),
        "No run of any variant enters the state. Subject: machine.state.",
        f"{_HEAD}machines:\n  ticket:\n    states: {{open: {{final: true}}, lost: {{}}}}\n",
        f"Add the transition that is missing, or delete the state. {_ALLOW}",
    ),
    "S02": Code(
        Text("从不发生的转移", "a transition that never fires"),
        "In no reachable state of any variant is the transition taken. Subject: machine:number, "
        "counted from 0, or its line.",
        example(
            "variables: {tries: 0..3}",
            "{from: open, to: closed}\n      - {from: open, to: closed, when: tries == 3}",
        ),
        f"Look at its guard, its times and the priorities of the others. {_ALLOW}",
    ),
    "S03": Code(
        Text("非终态的死路", "a dead end that is not final"),
        "Nothing can happen any more, however long one waits, and a machine that has final states "
        "is in none of them: a ticket is stuck. Subject: the machine.",
        example(
            "variables: {paid: {type: bool, initial: any}}",
            "{from: open, to: closed, when: paid}",
        ),
        f"Say what happens there, or mark the state as final. {_ALLOW}",
    ),
    "S04": Code(
        Text("时间锁", "timelock"),
        "A deadline lets no time pass, and nothing that is enabled could meet it: the model "
        "contradicts itself. Subject: machine.state.",
        _HEAD
        + "machines:\n  ticket:\n    states: {open: {}, closed: {urgent: true, final: true}}\n"
        + "    transitions:\n      - {from: open, after: 1h, to: closed}\n",
        f"Enable something in time, or relax the deadline. {_ALLOW}",
    ),
    "S05": Code(
        Text("芝诺循环", "Zeno loop"),
        "Steps can repeat for ever while no time may pass: the system could be infinitely busy in "
        "one instant. The spec has time, so that this is never meant.",
        _HEAD
        + "machines:\n  ticket:\n"
        + "    states: {open: {}, ping: {urgent: true}, pong: {urgent: true}}\n"
        + "    transitions:\n      - {from: open, after: 1h, to: ping}\n"
        + "      - {from: ping, to: pong}\n      - {from: pong, to: ping}\n",
        f"Let time pass somewhere in the loop: drop 'urgent', or add 'not_before'. {_ALLOW}",
    ),
    "S06": Code(
        Text("故障", "fault"),
        "A step assigns a value outside the range, divides by zero, reads or writes outside an "
        "array, or writes one variable twice. Such a step is reported and not taken. Subject: the "
        "variable or the transition.",
        example(
            "variables: {tries: 0..1}",
            "{from: open, to: open, set: {tries: tries + 1}}\n      - {from: open, to: closed}",
        ),
        f"Guard the step, or widen the range. {_ALLOW}",
    ),
    "S07": Code(
        Text("策略竞争", "two strategies compete"),
        "Two events tagged 'strategy' are enabled at the same instant, and no priority decides. "
        "Subject: a+b, in the order of the spec.",
        example(
            "events: {accept: {tags: [strategy]}, decline: {tags: [strategy]}}",
            "{from: open, on: accept, to: closed}\n      - {from: open, on: decline, to: closed}",
        ),
        f"Give the events priorities, or exclude one by a guard. {_ALLOW}",
    ),
    "S08": Code(
        Text("无人引用的规则", "a rule that nothing cites"),
        "No transition, event, state or property cites the rule: the model may have forgotten it. "
        "Subject: the rule.",
        example("rules: {R1: the merchant decides within 48 hours}"),
        f"Cite it, or say under 'not_modelled' why no state machine expresses it. {_ALLOW}",
    ),
    "S09": Code(
        Text("无影响的开关", "a switch that changes no verdict"),
        "Whatever the switch is set to, every property has the same verdict. Subject: the switch.",
        example(
            "switches: {fast: bool}",
            "{from: open, to: closed, when: fast or not fast}",
            properties="p: {reachable: ticket == closed}",
        ),
        f"State the property for which it matters, or delete the switch. {_ALLOW}",
    ),
    "S10": Code(
        Text("无影响的问题", "a question whose answer matters to no property"),
        "Whatever the answer, every property has the same verdict: the question need not be asked "
        "for the sake of these. Subject: the question.",
        example(
            "questions: {paused: {answers: [runs, pauses]}}",
            properties="p: {reachable: ticket == closed}",
        ),
        f"State the property for which it matters, or delete the question. {_ALLOW}",
    ),
    "S11": Code(
        Text("被忽略的事件", "a receptive machine ignores an event"),
        "The machine is marked 'receptive', and an event that it listens to happens in a state in "
        "which it does nothing about it. Subject: machine:event.",
        _HEAD
        + "events: {pay: {}}\nmachines:\n  ticket:\n    receptive: true\n"
        + "    states: {open: {}, closed: {final: true}}\n"
        + "    transitions:\n      - {from: open, on: pay, to: closed}\n"
        + "  shop:\n    states: {ready: {final: true}}\n    transitions:\n      - {on: pay}\n",
        f"Add the transition; without 'to' and 'set' it accepts the event and stays. {_ALLOW}",
    ),
    "S12": Code(
        Text("多余的 allow", "an 'allow' that matches nothing"),
        "The finding that it accepts does not exist (any more). Subject: that of the allow.",
        example("allow: [{code: S08, subject: R7, because: later}]"),
        "Delete it, or correct its subject.",
    ),
    "S13": Code(
        Text("无法开始的配置", "a variant in which no run can start"),
        "'initial_where' leaves no initial state in some variant. Everything that is claimed about "
        "all runs holds there for want of any run, so such a verdict says nothing. Subject: the "
        "name of the spec.",
        example("switches: {busy: bool}\ninitial_where: not busy"),
        f"Relax 'initial_where', or say why these variants do not exist. {_ALLOW}",
    ),
    "S14": Code(
        Text("空洞成立的性质", "a property that holds vacuously"),
        "The property holds, but in no variant does what it speaks of ever happen: its trigger, "
        "the left side of its '->', a part of what must never be true together, the event that it "
        "counts, or its scope. Such a verdict says nothing about the rest. Subject: the property.",
        example(
            "",
            "{from: open, to: closed}",
            properties="p: {always: ticket == open and ticket == closed -> false}",
        ),
        f"Correct the condition, or the transitions that should make it true. {_ALLOW}",
    ),
}
