"""Diagrams for tests: small ones by hand, and random ones with words that drawing tools misread."""

from hypothesis import strategies as st

from fsm.draw.diagram import Diagram, Edge, EdgeKind, Kind, Node, Owner, Part, Role

BUYER = Owner("buyer", ("buyer",), 1, "B")
NASTY = (
    "a: b; c #35; #quot; %% x", '"quoted" \\n [x](y) {a|b}', "end note", "end", "1. first", "12) x",
    "- item", "+ item", "=== x", "--- y", "**bold** _em_ `code` ~~gone~~", "<b>tag</b> <<fork>>",
    "go direction LR now", "direction", "www.example.org", "$$x^2$$", "fa:fa-car", "&amp; &lt;",
    "状态：等待；完成「是」", "-->", "a --> b : c", "note right of x", "%%{init: {}}%%", "[*]",
    "style x:#fff; y", "</svg>", "//it// ~x", "<U+0041>", "%date()", "!include x", "$v", "@enduml",
    "' comment", "/' c '/", "<&star>", "|= a | b |", "..title..", "__x__", "\\", "\\n", "é ü ß",
    "⏱ 48 h", "x\n\ny", "state x", "class A b", "«a» “b”", "[[fork]]",
    "{{", "}}", "''''", ":", ";", "#", "`",
)  # fmt: skip
WORDS = st.one_of(
    st.sampled_from(NASTY),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=3).map(" ".join),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn"])),
)
IDS = (
    "end",
    "state",
    "root",
    "note",
    "x_start",
    "x_end",
    "TB",
    "o",
    "class_",
    "A",
    "a",
    "__proto__",
)


def small(**changed: object) -> Diagram:
    """An application that is refunded after 48 h unless the buyer withdraws; a composite state."""
    values: dict[str, object] = {
        "kind": Kind.MACHINE,
        "spec": "shop",
        "name": "ticket",
        "title": ("ticket",),
        "langs": ("en",),
        "nodes": (
            Node("open", ("open",), Role.PENDING, composite=True, initial=True),
            Node("applied", ("applied",), Role.PENDING, parent="open", initial=True),
            Node("stuck", ("stuck",), Role.TRAP, urgent=True, rules=("R3",)),
            Node("refunded", ("refunded",), Role.FINAL),
        ),
        "edges": (
            Edge(
                "applied", "stuck", EdgeKind.EVENT,
                (Part(("withdraw",), 1, "", ("late",), ("x := 1",), ("R1", "R2"), 0),),
            ),
            Edge("open", "refunded", EdgeKind.DEADLINE, (Part(("",), None, "48 h", transition=1),)),
            Edge(
                "open", "open", EdgeKind.EVENT, (Part(("modify",), 1, transition=2),), inside=True
            ),
            Edge("stuck", "stuck", EdgeKind.SPONTANEOUS, (Part(("spin",), None, transition=3),)),
        ),
        "owners": (BUYER,),
    }  # fmt: skip
    return Diagram(**(values | changed))  # type: ignore[arg-type]


@st.composite
def diagrams(draw: st.DrawFn) -> Diagram:
    """Machines and overviews, nested, with nasty names and words everywhere."""
    kind = draw(st.sampled_from(Kind))
    names = draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=6, unique=True))
    if kind is Kind.SYSTEM:
        names = [f"group.{name}" if draw(st.booleans()) else name for name in names]
    words = WORDS.map(lambda text: (text,))
    machine = kind is Kind.MACHINE
    nested = machine and len(names) > 2 and draw(st.booleans())
    nodes = [
        Node(
            name,
            draw(words),
            draw(st.sampled_from([Role.PENDING, Role.FINAL, Role.TRAP])) if machine else Role.ACTOR,
            parent=names[0] if nested and place in (1, 2) else "",
            composite=nested and place == 0,
            initial=machine and (place == 0 or (nested and place == 1)),
            urgent=draw(st.booleans()),
        )
        for place, name in enumerate(names)
    ]
    edges = []
    for number in range(draw(st.integers(0, 5))):
        source, target = draw(st.sampled_from(names)), draw(st.sampled_from(names))
        part = Part(
            draw(words),
            draw(st.sampled_from([None, 1])),
            draw(st.sampled_from(["", "48 h"])),
            draw(st.lists(WORDS, max_size=2).map(tuple)),
            draw(st.lists(WORDS, max_size=2).map(tuple)),
            draw(st.sampled_from([(), ("R1", "R2")])),
            number if machine else None,
        )
        inside = source == target and draw(st.booleans())
        kind_of = draw(st.sampled_from(EdgeKind)) if machine else EdgeKind.EVENT
        edges.append(Edge(source, target, kind_of, (part,), inside=inside))
    owner = Owner("buyer", draw(words), 1, "B")
    return Diagram(
        kind, "shop", "ticket", draw(words), ("en",), tuple(nodes), tuple(edges), (owner,)
    )
