"""What a process of this package answers with. Imports nothing: `fsm --help` needs it."""


class ExitCode:
    """What a process answers with. Where several apply: interrupted, wrong input, unexpected,
    undecided, in this order."""

    EXPECTED = 0
    UNEXPECTED = 1
    WRONG_INPUT = 2
    UNDECIDED = 3
    INTERRUPTED = 130
