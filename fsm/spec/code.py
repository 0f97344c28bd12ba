"""What is told about a code: its title, what it means, an example, and how to mend it."""

from msgspec import Struct

from fsm.model import Text


class Code(Struct, frozen=True):
    """The documentation of one code.

    `example` is a complete spec that triggers this code and no other, "" where it takes more than
    the text of one spec (a folder, a file of 100 MB). `meaning` and `fix` are whole sentences.
    """

    title: Text
    meaning: str
    example: str = ""
    fix: str = ""

    @property
    def hint(self) -> str:
        """How to mend it, in the form of a hint."""
        return (self.fix[:1].lower() + self.fix[1:]).rstrip(".")


def example(
    top: str = "",
    transition: str = "{from: open, to: closed}",
    machine: str = "",
    properties: str = "",
) -> str:
    """A small spec: lines at the top, one transition, more lines of its machine, properties."""
    lines = ["fsm: 1", "name: example", *top.splitlines(), "machines:", "  ticket:"]
    lines += [f"    {line}" for line in machine.splitlines()]
    lines += ["    states: {open: {tags: [live]}, closed: {final: true}}"]
    lines += ["    transitions:", f"      - {transition}"]
    if properties:
        lines += ["properties:", *(f"  {line}" for line in properties.splitlines())]
    return "\n".join(lines) + "\n"
