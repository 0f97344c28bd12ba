"""The codes of what cannot be asked about time (F710 to F724)."""

from fsm.model import Text
from fsm.spec.code import Code

TIME_CODES = {
    "F710": Code(
        Text("无法从此处计时", "no time can be measured there"),
        "A measurement begins and ends with an event, or with a condition on states and "
        "variables. What compares a clock, or mixes fired(…) with anything else, changes while "
        "time passes or for an instant only.",
        "fsm bounds refund.fsm.yaml --from 'since(apply) > 2h' --to 'ticket == refunded'",
        "Name an event, or write a condition without clocks and without fired(…).",
    ),
    "F711": Code(
        Text("规约没有时间", "a spec without time"),
        "Time exists only where a spec measures a duration: a deadline, a bound on a clock, or "
        "'within'.",
        "fsm bounds a_spec_without_durations.fsm.yaml --from apply --to 'ticket == refunded'",
        "Give the spec a duration, or ask with `fsm check`.",
    ),
    "F712": Code(
        Text("决策图与机器码没有稠密时间", "whole units only"),
        "--engine symbolic and --engine compiled count time in whole units, and --time dense asks "
        "for the opposite.",
        "fsm check refund.fsm.yaml --engine symbolic --time dense",
        "Leave out one of the two.",
    ),
}
