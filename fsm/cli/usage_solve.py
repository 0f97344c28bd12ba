"""The codes of what `fsm solve` cannot answer (F725 to F729)."""

from fsm.model import Text
from fsm.spec.code import Code

SOLVE_CODES = {
    "F725": Code(
        Text("不能求解这个名字", "no such constant or parameter"),
        "--for names something that is neither a constant nor a parameter of the spec, or one that "
        "is neither a whole number nor a duration, or it names one twice.",
        "fsm solve refund.fsm.yaml --property in_time --for handling_windw",
        "Name constants, or switches with a range; `fsm show` lists them.",
    ),
    "F726": Code(
        Text("取值范围有误", "not a range of values"),
        "What stands behind the name in --for is no range of numbers (for a duration: of "
        "durations), its steps miss the upper end, or a parameter does not have these values.",
        "fsm solve refund.fsm.yaml --property in_time --for handling_window=24..72",
        "Write NAME=LOW..HIGH or NAME=LOW..HIGH/STEP: cap=0..10, transit=12h..72h/4h.",
    ),
    "F727": Code(
        Text("取值组合过多", "too many values"),
        "Every combination of the values is decided and shown, and there are more than 20,000.",
        "fsm solve refund.fsm.yaml --property in_time --for transit=0ms..9h/1ms",
        "Take larger steps, smaller ranges or fewer names.",
    ),
    "F728": Code(
        Text("图只能有两个轴", "too many names for a picture"),
        "A heat map has one axis for each name, and so at most two.",
        "fsm solve refund.fsm.yaml --property in_time --for a,b,c --draw a.svg",
        "Solve for fewer names: the others keep the values that the spec gives them.",
    ),
    "F729": Code(
        Text("未知的图片格式", "unknown kind of picture"),
        "The name of the file given to --draw does not end in .svg, .png or .pdf.",
        "fsm solve refund.fsm.yaml --property in_time --for transit --draw a.jpg",
        "Give the file one of these endings.",
    ),
}
