"""The codes of what cannot be exported (F626 to F629, F730, F731)."""

from fsm.model import Text
from fsm.spec.code import Code

EXPORT_CODES = {
    "F626": Code(
        Text("Promela 没有时间", "Promela has no time"),
        "The spec measures durations, and the language of SPIN has none. A model without them "
        "would have other states and other verdicts.",
        "fsm export a_spec_with_deadlines.fsm.yaml --to promela",
        "Export a spec without after, between, clocks, since and within.",
    ),
    "F627": Code(
        Text("一次只能导出一个规约", "one spec at a time"),
        "The path leads to several specs.",
        "fsm export specs --to promela",
        "Name one file.",
    ),
    "F628": Code(
        Text("数值超过 32 位", "values beyond 32 bits"),
        "A variable or an expression may have values that the integers of the other language do "
        "not hold. They would wrap around in silence.",
        "fsm export a_spec_that_multiplies_large_amounts.fsm.yaml --to promela",
        "Give the variables smaller ranges.",
    ),
    "F629": Code(
        Text("步骤或初始状态过多", "too many steps or initial states to list"),
        "In Promela each way in which an event can happen is a step of its own, and so is each "
        "initial state; listeners multiply the one, `initial: any` the other.",
        "fsm export a_spec_with_ten_listeners_to_one_event.fsm.yaml --to promela",
        "Let fewer machines listen, make fewer copies, or give variables fewer initial values.",
    ),
    "F730": Code(
        Text("TChecker 没有会停的时钟", "TChecker has no clocks that stand still"),
        "A clock has `paused_when:`, and the clocks of timed automata always run.",
        "fsm export a_spec_with_a_paused_clock.fsm.yaml --to tchecker",
        "Export a spec without paused_when, or ask fsm check, which counts whole units there.",
    ),
    "F731": Code(
        Text("离散状态过多", "too many discrete states to list"),
        "In the model for TChecker each discrete state is a location of its own, whether time lets "
        "a run get there or not; there are more than 20,000.",
        "fsm export a_spec_with_a_large_range_that_starts_with_any.fsm.yaml --to tchecker",
        "Export a smaller instance: fewer copies, smaller ranges.",
    ),
}
