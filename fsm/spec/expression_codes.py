"""The codes of what can be wrong with a name (F3xx) or an expression (F4xx), and their meaning.

Once released, a code is never reused for something else.
"""

EXPRESSION_CODES: dict[str, tuple[str, str]] = {
    "F301": (
        "unknown name",
        "Nobody declared this name, or not where the expression can see it. Names are looked up "
        "among bound names, then in the machine, its group, and at the top of the spec. States and "
        "values of an enum are known only beside what they are compared with.",
    ),
    "F302": (
        "a bound name hides a declared one",
        "The variable of all, any, count or sum has the name of something else that is visible "
        "there. Each name means one thing: choose another.",
    ),
    "F303": (
        "not a value of this enum",
        "What is compared or assigned has a type with a fixed list of values, and this name is not "
        "in it.",
    ),
    "F304": (
        "no such state",
        "The machine has neither a state nor a tag of this name.",
    ),
    "F305": (
        "no such member",
        "The name before the dot is a machine or group that declares nothing of this name, or it "
        "is something that has no members at all.",
    ),
    "F306": (
        "which copy?",
        "The machine or group exists in several copies, and the expression does not stand inside "
        "one of them, so that it has to say which copy it means: phil[i], desk[0].clerk.",
    ),
    "F307": (
        "there are no copies",
        "An index selects a copy of a machine or group, but this one has no `count`. A machine "
        "inside a group is selected through its group: desk[0].clerk.",
    ),
    "F308": (
        "no such copy",
        "Copies are numbered from 0 to count - 1; this index is outside, whatever happens.",
    ),
    "F309": (
        "a machine is not a value",
        "The name of a machine can only be compared with its states and tags, by ==, != or in.",
    ),
    "F310": (
        "an event is not a value",
        "Events happen; they have no value. Properties watch them by fired(e), count(e), since(e).",
    ),
    "F311": (
        "a group is not a value",
        "A group only holds machines and what they share: name one of its members, as in "
        "desk[0].clerk.",
    ),
    "F312": (
        "not an event",
        "An event's name has to stand here.",
    ),
    "F313": (
        "not a variable",
        "Only variables can be assigned; constants, switches, questions, fields and states cannot. "
        "A machine changes its state by `to`, a clock is reset by `reset`.",
    ),
    "F314": (
        "not a clock",
        "A named clock has to stand here.",
    ),
    "F401": (
        "syntax error",
        "The text is not an expression. The message says what was expected at this place.",
    ),
    "F402": (
        "expression too long",
        "Expressions have at most 4,000 characters.",
    ),
    "F403": (
        "expression nested too deeply",
        "Expressions have at most 100 levels; a row of n operators has n levels. Long rows are "
        "better written with all, any, count or sum over a range.",
    ),
    "F404": (
        "character without meaning",
        "Expressions are written in ASCII; this character belongs to no part of them.",
    ),
    "F405": (
        "number too large",
        "Numbers are at most 10^15, durations at most 10^15 milliseconds.",
    ),
    "F406": (
        "comparisons do not chain",
        "a < b < c would compare a truth value with c. Write a < b and b < c.",
    ),
    "F407": (
        "not a condition",
        "A truth value is needed here (in a guard, a property, beside and, or, not), and the "
        "expression has another type.",
    ),
    "F408": (
        "wrong operand",
        "The operator does not work on values of this type. Arithmetic takes whole numbers; "
        "durations can be added, subtracted, and multiplied or divided by whole numbers; only "
        "numbers and durations have an order.",
    ),
    "F409": (
        "not comparable",
        "The two sides have types that have no value in common, such as a number and a duration, "
        "or two enums with different values.",
    ),
    "F410": (
        "never true",
        "Whatever happens, this comparison is false: the ranges of the two sides show it. One of "
        "them is probably not what was meant.",
    ),
    "F411": (
        "never false",
        "Whatever happens, this comparison is true: the ranges of the two sides show it. It says "
        "nothing, so one of them is probably not what was meant.",
    ),
    "F412": (
        "empty set",
        "Nothing is in {}: the comparison could never be true.",
    ),
    "F413": (
        "named twice in one set",
        "The set says the same value, state or tag more than once.",
    ),
    "F414": (
        "not an array",
        "Only arrays and copies have an index in brackets.",
    ),
    "F415": (
        "wrong number of indices",
        "An array needs as many indices as it has dimensions: grid[1][2].",
    ),
    "F416": (
        "index outside the array",
        "Elements are numbered from 0 to length - 1; this index is outside, whatever happens.",
    ),
    "F417": (
        "only in properties",
        "fired(e), count(e) and since(e) watch a run; nothing that a run does may depend on them. "
        "They stand in properties only.",
    ),
    "F418": (
        "a clock is only compared",
        "A clock (or since(e)) stands alone on one side of a comparison, with a duration on the "
        "other: c48 >= 36h. Time has no other place in expressions.",
    ),
    "F419": (
        "two clocks",
        "Clocks are compared with durations, not with each other and not by their difference. "
        "Reset a clock at the moment from which you want to measure.",
    ),
    "F420": (
        "a bound on time that changes",
        "What a clock is compared with may read constants, configuration and bound names, but not "
        "variables, machines or other clocks.",
    ),
    "F421": (
        "value outside the range",
        "No value that this can have fits the range that it is assigned to.",
    ),
    "F422": (
        "wrong type of value",
        "The place needs a value of another type.",
    ),
    "F423": (
        "range not constant",
        "The bounds of all, any, count and sum are whole numbers made of literals and constants.",
    ),
    "F424": (
        "range too large",
        "The ranges of one expression have together at most 10,000 values (the product, where they "
        "stand inside one another).",
    ),
    "F425": (
        "division by zero",
        "The divisor of // or % is zero, whatever happens.",
    ),
    "F426": (
        "reads the state",
        "Only constants may be read here (and, in some places, configuration or `index`): the "
        "value is fixed before the first step.",
    ),
    "F427": (
        "reads configuration",
        "Only constants may be read here: the value must be the same in every variant.",
    ),
    "F428": (
        "has no value",
        "A constant expression that divides by zero, reads outside an array or becomes too large.",
    ),
    "F429": (
        "the two sides of `if` differ",
        "then and else have to give values of the same type.",
    ),
}
