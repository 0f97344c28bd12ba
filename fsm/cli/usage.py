"""The codes of what can be wrong with a request, rather than with a spec, and their meaning."""

USAGE_CODES: dict[str, tuple[str, str]] = {
    "F601": (
        "no spec there",
        "The path does not exist, cannot be read, or is a folder without a file NAME.fsm.yaml "
        "anywhere below it. Without a path, fsm looks into the folder specs/.",
    ),
    "F602": (
        "unknown property",
        "--property names a property that none of the given specs has.",
    ),
    "F603": (
        "unknown variant",
        "--variant names a switch or question that none of the given specs has, or a value that "
        "it cannot have. Write it as --variant name=value.",
    ),
    "F604": (
        "the spec claims nothing",
        "The spec has no properties and its structure shows nothing, so there is nothing that a "
        "check could confirm. Nothing checked is never a success: add a property.",
    ),
    "F605": (
        "the durations do not fit together",
        "A duration is no multiple of the unit, or takes more values than can be enumerated.",
    ),
    "F607": (
        "the spec is too large to unfold",
        "Copies, fields and choices multiply to more transitions than fit: use smaller domains.",
    ),
    "F610": (
        "too many variants",
        "The switches, parameters and questions multiply to more variants than can be decided: "
        "fix some with --variant, or give parameters fewer values.",
    ),
    "F611": (
        "the file cannot be written",
        "The folder of an output file is missing or not writable. It is not created: a typing "
        "error would otherwise hide the report.",
    ),
    "F612": (
        "the filter matches nothing",
        "--machine, --state or --event names something that none of the given specs has.",
    ),
    "F614": (
        "fsm new does not overwrite",
        "A file of that name exists already, or the name cannot be the name of a spec: letters, "
        "digits and _ only, not starting with a digit.",
    ),
    "F615": (
        "unknown code",
        "Nothing has this code. `fsm explain` alone lists them all.",
    ),
    "F616": (
        "one spec at a time",
        "A simulation runs one spec, and the path leads to several: name the file.",
    ),
}
