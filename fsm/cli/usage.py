"""The codes of what can be wrong with a request, rather than with a spec (F6xx)."""

from fsm.cli.usage_export import EXPORT_CODES
from fsm.cli.usage_pictures import PICTURE_CODES
from fsm.cli.usage_running import RUNNING_CODES
from fsm.cli.usage_solve import SOLVE_CODES
from fsm.cli.usage_time import TIME_CODES
from fsm.model import Text
from fsm.spec.code import Code

USAGE_CODES = {
    "F601": Code(
        Text("找不到规约", "no spec there"),
        "The folder has no file NAME.fsm.yaml, nor has any folder below it. Without a path, fsm "
        "looks into the folder specs.",
        "fsm check an_empty_folder",
        "Name a file or a folder with specs; `fsm new NAME` writes a spec to start from.",
    ),
    "F602": Code(
        Text("未知的性质", "unknown property"),
        "--property names a property that none of the given specs has.",
        "fsm check refund.fsm.yaml --property handeld_in_time",
        "Correct the spelling; `fsm show` lists the properties of a spec.",
    ),
    "F603": Code(
        Text("未知的配置", "unknown variant"),
        "--variant names a switch or question that none of the given specs has, or a value that "
        "it cannot have, or chooses a value twice; or no spec has everything that --property and "
        "--variant ask for; or no run starts in that variant.",
        "fsm check refund.fsm.yaml --variant look_first=perhaps",
        "Write --variant name=value; `fsm show` lists names and values.",
    ),
    "F604": Code(
        Text("规约没有任何断言", "the spec claims nothing"),
        "The spec has no properties and its structure shows nothing, so there is nothing that a "
        "check could confirm. Nothing checked is never a success.",
        "fsm check a_spec_without_properties.fsm.yaml",
        "Add a property; `can_always: …` is a good first one.",
    ),
    "F605": Code(
        Text("时长互不相容", "durations that do not fit"),
        "A duration is no multiple of the spec's `unit`, or it is computed from the configuration "
        "and takes more values than can be enumerated.",
        "fsm check a_spec_with_unit_1h_and_a_deadline_of_90min.fsm.yaml",
        "Choose a unit that divides every duration, or leave `unit` out.",
    ),
    "F607": Code(
        Text("规约展开后过大", "the spec is too large to unfold"),
        "Copies, fields and choices multiply to more transitions than can be listed.",
        "fsm check a_spec_with_fields_of_a_thousand_values.fsm.yaml",
        "Give fields and choices smaller domains, or make fewer copies.",
    ),
    "F608": Code(
        Text("计数没有上界", "a count without bound"),
        "A property compares count(…) with something that has no bound, so that it would have to "
        "count for ever.",
        "fsm check a_spec_with_such_a_count.fsm.yaml",
        "Compare it with a number, a variable or a parameter: count(refund) <= 1.",
    ),
    "F609": Code(
        Text("性质没有值", "a property without a value"),
        "In a reachable state a property divides by zero or reads outside an array, so it is "
        "neither true nor false there.",
        "fsm check a_spec_with_such_a_property.fsm.yaml",
        "Guard the expression: `i in 0..2 and x[i]`, `n != 0 and m // n > 1`.",
    ),
    "F610": Code(
        Text("配置过多", "too many variants"),
        "The switches, parameters and questions multiply to more variants than can be decided.",
        "fsm check a_spec_with_thirty_switches.fsm.yaml",
        "Fix some with --variant, or give parameters fewer values.",
    ),
    "F611": Code(
        Text("文件无法写入", "the file cannot be written"),
        "The folder of an output file is missing or not writable. It is not created: a typing "
        "error would otherwise hide the report.",
        "fsm check refund.fsm.yaml --junit no_such_folder/report.xml",
        "Create the folder, or correct the path.",
    ),
    "F612": Code(
        Text("筛选没有匹配", "the filter matches nothing"),
        "--machine, --state, --event or --only-tag names something that none of the given specs "
        "has, or together they leave nothing.",
        "fsm show refund.fsm.yaml --state aplied",
        "Correct the spelling; `fsm show` without filters lists everything.",
    ),
    "F614": Code(
        Text("不会覆盖文件", "fsm new does not overwrite"),
        "A file of that name exists already, or the name cannot be the name of a spec.",
        "fsm new refund; fsm new refund",
        "Choose another name, of letters, digits and _, not starting with a digit.",
    ),
    "F615": Code(
        Text("未知的代码", "unknown code"),
        "Nothing has this code.",
        "fsm explain F999",
        "`fsm explain` alone lists every code.",
    ),
    "F616": Code(
        Text("一次只能模拟一个规约", "one spec at a time"),
        "A simulation runs one spec, and the path leads to several.",
        "fsm simulate specs",
        "Name the file.",
    ),
    "F618": Code(
        Text("没有这种约简", "no such reduction"),
        "--no-reduction names something that is none of the reductions.",
        "fsm check refund.fsm.yaml --no-reduction symetry",
        "The reductions are values, symmetry, cone and order; --no-reductions does without any.",
    ),
    **PICTURE_CODES,
    **RUNNING_CODES,
    **EXPORT_CODES,
    **SOLVE_CODES,
    **TIME_CODES,
}
