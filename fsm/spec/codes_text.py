"""What can be wrong with the text of a spec (F1xx) and with its keys and values (F2xx)."""

from fsm.model import Text
from fsm.spec.code import Code, example

TEXT_CODES: dict[str, Code] = {
    "F101": Code(
        Text("文件无法读取", "the file cannot be read"),
        "The file is missing, is a folder or a device, or may not be read.",
        fix="Check the path and the permissions.",
    ),
    "F102": Code(
        Text("文件太大", "the file is too large"),
        "A spec has at most 1 MiB; the size is looked at before anything is read.",
        fix="Split it into several specs.",
    ),
    "F103": Code(
        Text("不是 UTF-8", "not UTF-8"),
        "The file contains bytes that are no UTF-8 text. It was probably saved in GBK or UTF-16.",
        fix="Save the file as UTF-8.",
    ),
    "F104": Code(
        Text("不允许的字符", "a character that is not allowed"),
        "Control characters, invisible line separators, and marks that reorder text on the screen "
        "are refused, also where an escape stands for them: what one sees must be what is read.",
        example('title: "a\\0b"'),
        "Delete the character.",
    ),
    "F105": Code(
        Text("文件为空", "the file is empty"),
        "There is nothing in the file but white space and comments.",
        "# nothing here yet\n",
        "`fsm new` writes a spec to start from.",
    ),
    "F106": Code(
        Text("YAML 语法错误", "YAML syntax error"),
        "The text is not YAML. The message says what is wrong at this place; most often an "
        "expression with brackets needs quotes, or the indentation is uneven.",
        example("title: {en: a, zh: b"),
        "Put text that contains , : # [ ] { } in quotes, indent with spaces.",
    ),
    "F107": Code(
        Text("多个文档", "several documents"),
        "One file holds one spec: a line '---' begins a second one.",
        "fsm: 1\nname: example\n---\nfsm: 1\n",
        "Move the second spec into a file of its own.",
    ),
    "F108": Code(
        Text("嵌套过深", "nested too deeply"),
        "Lists and mappings are at most 64 levels deep.",
        "fsm: " + "[" * 65 + "]" * 65 + "\n",
        "A spec needs about ten levels.",
    ),
    "F109": Code(
        Text("内容过多", "too much in one spec"),
        "A spec has at most 20,000 lines and 20,000 keys and values, and one text at most 20,000 "
        "characters.",
        fix="Split the spec, shorten the text.",
    ),
    "F110": Code(
        Text("锚点或别名", "anchors and aliases"),
        "YAML's '&name' and '*name' are refused: a spec says a thing once, with 'constants'.",
        example("title: &t example"),
        "Use 'constants'; put text that begins with & or * in quotes.",
    ),
    "F111": Code(
        Text("标签", "tags"),
        "YAML's '!tag' is refused: nothing in a spec may decide how it is read.",
        example("title: !!str example"),
        "Delete the tag; put text that begins with ! in quotes.",
    ),
    "F112": Code(
        Text("合并键", "merge keys"),
        "YAML's '<<' is refused: what a spec says has to stand where it applies.",
        example("title: {<<: {en: a}}"),
        "Write out what should stand there.",
    ),
    "F113": Code(
        Text("重复的键", "a key twice"),
        "A mapping says each thing once; YAML would silently keep one of the two.",
        example("title: one\ntitle: two"),
        "Delete one of the two, or rename it.",
    ),
    "F114": Code(
        Text("键不是普通文字", "a key that is no plain word"),
        "Keys are words, not lists, mappings or nothing. An expression with braces that is not in "
        "quotes often looks like one.",
        example("title: {[a]: b}"),
        "Put text that contains '{' or '[' in quotes.",
    ),
    "F115": Code(
        Text("文件夹链接成环", "a loop of links"),
        "A link in the folder leads back to a folder that contains it.",
        fix="Delete the link, or name the files.",
    ),
    "F116": Code(
        Text("不是键值映射", "not a mapping"),
        "A spec is a mapping of keys to values: 'fsm: 1', 'name: …' and so on.",
        "- fsm\n- 1\n",
        "Begin with 'fsm: 1', without '-'.",
    ),
    "F117": Code(
        Text("不是普通数据", "not plain data"),
        "A spec made from Python consists of str, int, bool, None, lists and mappings.",
        fix="Convert the value; durations are text, such as '48h'.",
    ),
    "F118": Code(
        Text("YAML 指令", "directives"),
        "Lines that begin with '%' would change how the file is read.",
        "%YAML 1.1\n---\nfsm: 1\n",
        "Delete the line.",
    ),
    "F201": Code(
        Text("未知的键", "unknown key"),
        "Nothing of this kind has such a key. `fsm schema` helps an editor to complete keys.",
        example("titel: example"),
        "Correct the spelling, or move the key to what it belongs to.",
    ),
    "F202": Code(
        Text("缺少键", "a key is missing"),
        "Something cannot be understood without this key.",
        "fsm: 1\nmachines:\n  ticket: {states: {open: {}}}\n",
        "Add the key.",
    ),
    "F203": Code(
        Text("种类不对", "the wrong kind of value"),
        "A list stands where a mapping is needed, a mapping where text is needed, or the like.",
        example("events: [pay]"),
        "Write what the message says; 'name: …' lines make a mapping, '- …' lines a list.",
    ),
    "F204": Code(
        Text("未知的格式版本", "unknown version of the format"),
        "The first key of a spec is 'fsm: 1'; other versions do not exist yet.",
        "fsm: 2\nname: example\nmachines:\n  ticket: {states: {open: {}}}\n",
        "Write 'fsm: 1', or use a newer release of this program.",
    ),
    "F205": Code(
        Text("保留的键", "a reserved key"),
        "weight, rate and cost are reserved for a later version of the format.",
        example("", "{from: open, to: closed, weight: 3}"),
        "Leave it out.",
    ),
    "F206": Code(
        Text("名称不合法", "not a name"),
        "Names are made of ASCII letters, digits and '_', and do not begin with a digit. Words in "
        "other languages go into 'zh' and 'en'.",
        example("variables: {2nd: bool}"),
        "Rename it.",
    ),
    "F207": Code(
        Text("不在可选之列", "not one of the choices"),
        "Only a few words can stand here; the message lists them.",
        example("lang: fr"),
        "Use one of the words.",
    ),
    "F208": Code(
        Text("互斥的键", "keys that exclude each other"),
        "Two of the keys say the same thing in different ways, or one does not go with the other.",
        example("switches: {limit: {values: [a, b], range: 1..3}}"),
        "Keep one of them.",
    ),
    "F209": Code(
        Text("需要整数", "a whole number is needed"),
        "The value is not a whole number, or outside what is allowed here.",
        example("", "{from: open, to: closed, priority: high}"),
        "Write a number, such as 2.",
    ),
    "F210": Code(
        Text("缺少类型", "no type"),
        "A variable, switch or field has to say what values it can have.",
        example("variables: {paid: {initial: false}}"),
        "Write 'type: bool', 'values: [a, b]' or 'range: 1..3'.",
    ),
    "F211": Code(
        Text("数量太少", "too few"),
        "The list or mapping needs more entries: a machine has a state, a question two answers.",
        example("questions: {paused: {answers: [runs]}}"),
        "Add what is missing.",
    ),
    "F212": Code(
        Text("列表中重复", "twice in one list"),
        "A list names the same thing more than once.",
        example("", "{from: [open, open], to: closed}"),
        "Delete one.",
    ),
    "F213": Code(
        Text("范围写法不对", "not a range"),
        "A range is written 1..3, both ends included; its ends are constant.",
        example("variables: {parcels: {range: 1-3}}"),
        "Write two dots.",
    ),
}
