"""The codes of structural findings, which every check looks for without being asked."""

STRUCTURAL_CODES: dict[str, str] = {
    "S01": "a state that no variant reaches",
    "S02": "a transition that never fires",
    "S03": "a dead end that is not final",
    "S04": "timelock: no time may pass and nothing can happen",
    "S05": "Zeno loop: steps repeat for ever, and time can never pass again",
    "S06": "fault: a step that cannot be carried out",
    "S07": "two strategies compete",
    "S08": "a rule that nothing cites",
    "S09": "a switch that changes no verdict",
    "S10": "a question whose answer matters to no property",
    "S11": "a receptive machine ignores an event",
    "S12": "an 'allow' that matches nothing",
    "S13": "a variant in which no run can start",
    "S14": "a property that holds vacuously: what it speaks of never happens",
    "S15": "a deadline that never comes, since another always comes first",
    "S16": "two deadlines at the same instant, whose order matters",
    "S17": "a comparison with a clock that is always true, or never",
    "S18": "a deadline that can be met after its time",
}
