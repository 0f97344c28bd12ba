"""The colours of a picture: three themes, each readable for everyone.

Text has a contrast of at least 4.5 with what it stands on, and lines of at least 3 (WCAG 2.1, 1.4.3
and 1.4.11). The colours of owners derive from those of Okabe & Ito, "Color Universal Design"
(2008), darkened or lightened until they meet that; each owner has a letter as well, and each line
its kind, so that nothing is told by colour alone.
"""

from msgspec import Struct


class Box(Struct, frozen=True):
    """How a box is filled, and how its border and text are drawn."""

    fill: str
    line: str
    text: str


class Theme(Struct, frozen=True):
    """All colours of one theme. `page` is what lies behind everything."""

    page: str
    ink: str  # text
    faint: str  # text that matters less: a second language, guards, actions
    line: str  # edges and borders that belong to no owner
    card: str  # behind the label of an edge
    badge: Box  # a rule's number
    pending: Box
    final: Box
    trap: Box
    actor: Box
    composite: Box
    path: Box  # a highlighted path: its numbers, and its lines
    dimmed: str  # lines off the path
    owners: tuple[Box, ...]  # by number; `line` also colours the edges of what they own

    def owner(self, number: int) -> Box:
        """The environment is 0 and keeps its colour; machines share theirs when they are many."""
        return self.owners[0 if number == 0 else 1 + (number - 1) % (len(self.owners) - 1)]


def _chips(*fills: str, text: str) -> tuple[Box, ...]:
    return tuple(Box(fill, fill, text) for fill in fills)


LIGHT = Theme(
    page="#ffffff", ink="#1b1f24", faint="#57606a", line="#57606a", card="#ffffff",
    badge=Box("#eaeef2", "#d0d7de", "#424a53"),
    pending=Box("#eef4fb", "#3d6593", "#12263f"),
    final=Box("#e7f5ec", "#1f7a45", "#0d3a20"),
    trap=Box("#fdeeec", "#b3261e", "#5c100b"),
    actor=Box("#f3f5f8", "#4b5a6b", "#1b1f24"),
    composite=Box("#f8fafc", "#7b8897", "#33404d"),
    path=Box("#8a2be2", "#8a2be2", "#ffffff"),
    dimmed="#7f8893",
    owners=_chips(
        "#56606b", "#0072b2", "#b34700", "#00755a", "#a0337a", "#7a5c00", "#4b3fa7", "#8c1c2b",
        "#2f6f7e", text="#ffffff",
    ),
)  # fmt: skip
DARK = Theme(
    page="#0d1117", ink="#e6edf3", faint="#9da7b3", line="#9da7b3", card="#0d1117",
    badge=Box("#262d36", "#444c56", "#c9d1d9"),
    pending=Box("#12263c", "#6ea8e0", "#e6edf3"),
    final=Box("#10301d", "#4cc37a", "#e6f6ec"),
    trap=Box("#3b1512", "#ff7b72", "#ffe9e7"),
    actor=Box("#1c232c", "#8b98a7", "#e6edf3"),
    composite=Box("#131a22", "#66717f", "#c9d1d9"),
    path=Box("#d2a8ff", "#d2a8ff", "#1d0b33"),
    dimmed="#66717f",
    owners=_chips(
        "#a8b3bf", "#56b4e9", "#ff9b54", "#3fcf9f", "#f09bc9", "#f0e442", "#b3a7ff", "#ff8f8f",
        "#7fd3dc", text="#0d1117",
    ),
)  # fmt: skip
PRINT = Theme(
    page="#ffffff", ink="#000000", faint="#404040", line="#000000", card="#ffffff",
    badge=Box("#ffffff", "#595959", "#000000"),
    pending=Box("#ffffff", "#000000", "#000000"),
    final=Box("#ededed", "#000000", "#000000"),
    trap=Box("#ffffff", "#000000", "#000000"),
    actor=Box("#ffffff", "#000000", "#000000"),
    composite=Box("#fafafa", "#737373", "#000000"),
    path=Box("#000000", "#000000", "#ffffff"),
    dimmed="#8c8c8c",
    owners=(
        Box("#ffffff", "#000000", "#000000"), Box("#000000", "#000000", "#ffffff"),
        Box("#d4d4d4", "#000000", "#000000"), Box("#595959", "#000000", "#ffffff"),
    ),
)  # fmt: skip
THEMES = {"light": LIGHT, "dark": DARK, "print": PRINT}
