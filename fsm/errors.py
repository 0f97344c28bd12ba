"""What can go wrong and where: positions, diagnostics, and the exceptions that carry them."""

from enum import StrEnum

from msgspec import Struct


class Position(Struct, frozen=True, order=True):
    """A place in a source file; lines and columns count from 1, columns in characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Position("<python>", 1, 1)


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops the check, a warning is only told."""

    ERROR = "error"
    WARNING = "warning"


class Diagnostic(Struct, frozen=True, order=True):
    """One thing to tell the author of a spec.

    `code` is stable: `fsm explain CODE` documents it, and once released it is never reused.
    `source` is the line of the file that `at` points into, without its newline.
    """

    at: Position
    code: str
    message: str
    hint: str = ""
    source: str = ""
    severity: Severity = Severity.ERROR


class FsmError(Exception):
    """Anything that this package raises on purpose."""


class SpecError(FsmError):
    """A spec that does not describe a system; carries every diagnostic found, in file order."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(diagnostics)
        self.diagnostics = tuple(sorted(diagnostics))

    def __str__(self) -> str:
        return "\n".join(f"{d.at}: {d.code} {d.message}" for d in self.diagnostics)


class UsageError(FsmError):
    """A request that cannot be met: a property that no spec has, a variant that does not exist."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint
