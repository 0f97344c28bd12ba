"""The codes of requests for pictures (F617 to F639)."""

from fsm.model import Text
from fsm.spec.code import Code

PICTURE_CODES = {
    "F617": Code(
        Text("请求自相矛盾", "options that do not go together"),
        "The options of `fsm draw` ask for things that exclude each other, such as several "
        "pictures on stdout, two specs of one name in one folder, or a check of a run.",
        "fsm draw specs --out -",
        "Ask for one thing at a time; the hint says which.",
    ),
    "F620": Code(
        Text("没有状态带此标签", "no state has the tag"),
        "--only-tag names tags that no state of the machine has, so nothing would be drawn.",
        "fsm draw refund.fsm.yaml --machine ticket --only-tag pendig",
        "Correct the spelling; `fsm show` lists states with their tags.",
    ),
    "F621": Code(
        Text("图太大，无法阅读", "too large to read"),
        "The picture would have so many states or transitions that nobody could follow them.",
        "fsm draw a_machine_of_300_states.fsm.yaml",
        "Draw a part of it: --machine for one machine, --only-tag for some states, --collapse for "
        "composite states as single boxes.",
    ),
    "F622": Code(
        Text("未知的绘图程序", "unknown renderer"),
        "The environment variable FSM_RENDERER names neither graphviz nor graphviz-pure.",
        "FSM_RENDERER=dotty fsm draw refund.fsm.yaml",
        "Name one of the two, or unset it.",
    ),
    "F623": Code(
        Text("无法绘图", "nothing can draw it"),
        "No renderer is installed, or the one that is there fails or does not end.",
        "FSM_RENDERER=graphviz fsm draw refund.fsm.yaml",
        "Install graphviz-pure with pip, or Graphviz; -f dot, mermaid and plantuml need neither.",
    ),
    "F624": Code(
        Text("没有中文字体", "no font has Chinese"),
        "PNG and PDF hold the letters as shapes, the picture has Chinese, and no font of this "
        "machine has it: the picture would be full of empty boxes.",
        "fsm draw refund.fsm.yaml -f png --lang zh",
        "Install a font such as Noto Sans CJK, draw SVG (the reader's machine has fonts), or use "
        "--lang en.",
    ),
    "F625": Code(
        Text("无法转换成 PNG 或 PDF", "no PNG or PDF of it"),
        "The program that makes PNG and PDF of an SVG refuses the picture.",
        "fsm draw refund.fsm.yaml -f pdf",
        "Draw it as SVG, and report the message.",
    ),
    "F630": Code(
        Text("图的标记不成对", "a marker without its counterpart"),
        "In a page, a diagram begins at <!-- fsm: … --> and ends at <!-- /fsm -->, each on a line "
        "of its own; one of the two is missing.",
        "fsm draw --inject README.md",
        "Add the missing comment.",
    ),
    "F631": Code(
        Text("图的选项写错", "a wrong option of a diagram"),
        "The marker or block in a page has an option that does not exist, or a value that it "
        "cannot have.",
        "fsm draw --inject README.md",
        "Write key=value in a marker, key: value in a block; the hint lists what is possible.",
    ),
    "F632": Code(
        Text("页面中的状态机不存在", "no such machine in a page"),
        "A diagram in a page names a machine that its spec does not have.",
        "fsm draw --inject README.md",
        "Correct the name; `fsm show` lists the machines.",
    ),
    "F633": Code(
        Text("页面中的规约路径不对", "no such spec in a page"),
        "A diagram in a page names something that is not a spec, or an absolute path.",
        "fsm draw --inject README.md",
        "Name the NAME.fsm.yaml file, as seen from the page.",
    ),
    "F634": Code(
        Text("页面无法读取", "the page cannot be read"),
        "The page is missing, not readable, or not UTF-8.",
        "fsm draw --inject no_such_page.md",
        "Correct the path, or save the page as UTF-8.",
    ),
    "F635": Code(
        Text("不是已保存的运行", "not a saved run"),
        "The file is not JSON, is too large, or does not have the form that `fsm check --draw` "
        "writes.",
        "fsm draw --trace report.json",
        "Save the run with `fsm check SPEC --explain --draw DIR`.",
    ),
    "F636": Code(
        Text("属于别的规约", "a run of another spec"),
        "The saved run belongs to a spec of another name, or shows a property that the spec does "
        "not have any more.",
        "fsm draw other.fsm.yaml --trace refund.paid_twice.trace.json",
        "Name the spec that it belongs to.",
    ),
    "F637": Code(
        Text("运行已不可能发生", "not a run any more"),
        "The saved run was replayed on the spec as it is now, and one of its steps is not "
        "possible, or leads elsewhere: the rules have changed.",
        "fsm draw --trace refund.paid_twice.trace.json",
        "Run `fsm check --draw` again.",
    ),
    "F638": Code(
        Text("运行没有显示该性质的问题", "a run that does not show it"),
        "The saved run is a run of the spec, but it does not break the property that it is said "
        "to break (or does not show what it is said to show).",
        "fsm draw --trace refund.paid_twice.trace.json",
        "Run `fsm check --draw` again.",
    ),
    "F639": Code(
        Text("报告中有多个运行", "a report with several runs"),
        "A report of `fsm check --json` may be drawn when it holds one run; this one holds more.",
        "fsm draw --trace report.json",
        "Report one property only, or use `fsm check --draw DIR`, which draws them all.",
    ),
}
