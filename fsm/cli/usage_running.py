"""The codes of what goes wrong while a spec runs or is tested (F640 to F689)."""

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
    "F647": Code(
        Text("不是已保存的运行状态", "not a saved runtime"),
        "The text is not what `Runtime.save` writes, or it does not fit the spec.",
        "Runtime.restore(spec, '{}', timers='remaining')",
        "Save the state again.",
    ),
    "F648": Code(
        Text("由另一个规约保存", "saved by another spec"),
        "The state was saved by another spec, or by an earlier version of this one: its states and "
        "variables may mean something else now.",
        "Runtime.restore(other_spec, text, timers='remaining')",
        "Restore it with the spec that saved it.",
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
    "F619": Code(
        Text("同时可能发生的事太多", "too much at once"),
        "An event has so many combinations of listeners, or so many clocks may pause, that the "
        "generated step function would have no room for what may happen in one state.",
        "fsm check refund.fsm.yaml --engine python",
        "Leave out --engine python: the engine reference has no such limit.",
    ),
    "F691": Code(
        Text("没有决策图程序包", "no decision diagrams"),
        "The symbolic engine needs the package dd, which is not installed.",
        "fsm check refund.fsm.yaml --engine symbolic",
        "pip install 'fsm-verify[symbolic]', or leave out --engine symbolic.",
    ),
    "F692": Code(
        Text("取值太多，符号引擎无法处理", "too many values for the symbolic engine"),
        "A variable or clock has more values than a diagram is built for.",
        "fsm check refund.fsm.yaml --engine symbolic",
        "Give it a smaller range or a coarser unit of time, or leave out --engine symbolic.",
    ),
    "F693": Code(
        Text("表达式组合太多", "an expression with too many combinations"),
        "The symbolic engine looks at every pair of values that an expression combines.",
        "fsm check refund.fsm.yaml --engine symbolic",
        "Give the variables smaller ranges, or leave out --engine symbolic.",
    ),
    "F740": Code(
        Text("没有 llvmlite", "no llvmlite"),
        "The compiled engine needs the package llvmlite, which is not installed.",
        "fsm check refund.fsm.yaml --engine compiled",
        "pip install 'fsm-verify[fast]', or leave out --engine compiled.",
    ),
    "F741": Code(
        Text("超出编译引擎的限制", "too much for the compiled engine"),
        "Machine code has words of a fixed size: a state, the steps out of one state, or a number "
        "that is computed on the way would not fit.",
        "fsm check refund.fsm.yaml --engine compiled",
        "Leave out --engine compiled: the other engines know no such limit.",
    ),
    "F742": Code(
        Text("编译引擎不判定此性质", "not for the compiled engine"),
        "The compiled engine decides linear formulas, the patterns that are such, and can_always "
        "on states. CTL, within, conditions that may have no value (a division, an index), and "
        "counts that go far are left to the others.",
        "fsm check refund.fsm.yaml --engine compiled",
        "Leave out --engine compiled, or choose other properties with --property.",
    ),
    "F743": Code(
        Text("没有可写出的源代码", "no source to write"),
        "--emit writes the generated source of one spec; the engines reference and symbolic "
        "generate none.",
        "fsm check specs --emit steps.py",
        "Name one spec, and an engine that generates code: python or compiled.",
    ),
    "F655": Code(
        Text("适配器的方法与事件不符", "a method like no event"),
        "A public method of the adapter is called like no event of the spec, or takes other "
        "arguments than the event has fields.",
        "stateful(spec, Adapter)",
        "Name it like the event; a helper's name starts with an underscore.",
    ),
    "F656": Code(
        Text("适配器缺少方法", "the adapter lacks a method"),
        "The adapter has a method for no event, or none to let time pass in a spec with time.",
        "stateful(spec, Adapter)",
        "Write a method for each event that the test shall drive, and `advance(self, time)`.",
    ),
    "F657": Code(
        Text("观察值不属于规约", "an observation of what the spec does not have"),
        "`observe` tells of a machine, variable or state that the spec does not have.",
        "stateful(spec, Adapter)",
        "Use the names of the spec; the hint lists them.",
    ),
    "F658": Code(
        Text("可能的状态过多", "too many states fit"),
        "More states of the spec fit what was observed than can be followed.",
        "stateful(spec, Adapter, limit=10)",
        "Let `observe` tell more, or raise the limit.",
    ),
    "F659": Code(
        Text("变体不完整", "a variant that is not whole"),
        "An implementation is one variant of the spec, and some switch or question has no value.",
        "stateful(spec, Adapter)",
        "Give every switch and question its value with `variant=`.",
    ),
    "F660": Code(
        Text("不是 transitions 的状态机", "not a machine of transitions"),
        "`from_transitions` was given something that is no `transitions.Machine`.",
        "from_transitions(model)",
        "Pass the machine, not its model.",
    ),
    "F661": Code(
        Text("没有初始状态", "no initial state"),
        "The machine says nowhere where it starts, or names a state that it does not have.",
        "from_transitions(Machine(initial=None))",
        "Pass `initial='name of state'`.",
    ),
    "F662": Code(
        Text("并行状态", "parallel states"),
        "A machine of a spec is in one innermost state at a time; parallel states are several.",
        "from_transitions(a_machine_with_parallel_states)",
        "Write each region as a machine of its own, and let them listen to events.",
    ),
    "F663": Code(
        Text("迁移指向不存在的状态", "a transition to nowhere"),
        "A transition leads to a state that the machine does not have; it would raise when taken.",
        "from_transitions(machine)",
        "Add the state, or correct the name.",
    ),
    "F664": Code(
        Text("没有超时调用该触发器", "no timeout calls the trigger"),
        "`only_timers` names a trigger that no timeout of the machine calls.",
        "from_transitions(machine, only_timers=['expire'])",
        "Correct the name.",
    ),
    "F670": Code(
        Text("规约本身与预期不符", "the spec itself is not as expected"),
        "A mutant is noticed by a verdict that the spec does not expect, so the spec itself has to "
        "be as expected first.",
        "fsm mutate a_spec_with_a_wrong_verdict.fsm.yaml",
        "Mend what `fsm check` tells.",
    ),
    "F671": Code(
        Text("规约本身无法判定", "the spec itself is undecided"),
        "The spec is not decided within the limit of states, so neither are its mutants.",
        "fsm mutate refund.fsm.yaml --limit 10",
        "Raise --limit.",
    ),
    "F672": Code(
        Text("没有性质可用来发现变异", "nothing could notice a mutant"),
        "The spec has no properties, so no change could be noticed.",
        "fsm mutate a_spec_without_properties.fsm.yaml",
        "Add a property; `can_always: …` is a good first one.",
    ),
    "F673": Code(
        Text("没有这类变异", "no mutant of that kind"),
        "The spec has nothing that the operators or machines asked for could change.",
        "fsm mutate refund.fsm.yaml --operator swap_priorities",
        "Leave out --operator or --machine.",
    ),
    "F674": Code(
        Text("一次只能变异一个规约", "one spec at a time"),
        "The path leads to several specs.",
        "fsm mutate specs",
        "Name one file.",
    ),
    "F680": Code(
        Text("pytest 的 fsm 设置有误", "a wrong setting for pytest"),
        "[tool.fsm] of pyproject.toml, or an ini option fsm_… of pytest, has a setting that does "
        "not exist or a value that makes no sense.",
        "[tool.fsm] with limits = 1000",
        "The settings are specs, lang, limit, timeout and variant; see the README.",
    ),
    "F681": Code(
        Text("设置所指之处没有规约", "no spec where a setting points to"),
        "`specs` of [tool.fsm] names a file, folder or pattern where there is no spec, so that "
        "pytest would silently check less than was meant.",
        '[tool.fsm] with specs = ["spec"], where the folder is called specs',
        "Correct the path: it is seen from the folder of pyproject.toml.",
    ),
}
