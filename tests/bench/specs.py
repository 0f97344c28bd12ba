"""Lifecycles of any size to measure with: guards, deadlines, owners, labels like real ones."""


def lifecycle(states: int, transitions: int) -> str:
    """A spec of one ticket with so many states (at least 3) and transitions (at least as many), the
    buyer and the shop that own its events, and a property that holds.

    A chain leads through all states; the other transitions jump along it. Every fifth transition is
    a deadline, every third has a guard.
    """
    assert 3 <= states <= transitions
    lines = [
        "fsm: 1",
        "name: lifecycle",
        "title: {zh: 生命周期, en: A lifecycle}",
        "rules: {R1: {zh: 规则一, en: the first rule}, R2: {zh: 规则二, en: the second rule}}",
        "switches: {fast: bool, strict: {range: 1..3}}",
        "variables: {tries: {range: 0..3}}",
        "events:",
    ]
    events = max(2, transitions // 3)
    for k in range(events):
        lines.append(f"  e{k}: {{by: {('buyer', 'shop')[k % 2]}, zh: 动作{k}, en: action {k}}}")
    lines += ["machines:", "  ticket:", "    zh: 售后单", "    states:"]
    for k in range(states):
        more = ", final: true" if k == states - 1 else ", tags: [open]" if k % 4 == 1 else ""
        lines.append(f"      s{k}: {{zh: 第{k}步状态, en: state number {k}{more}}}")
    lines.append("    transitions:")
    lines += [f"      - {_transition(k, states, events)}" for k in range(transitions)]
    for k, owner in enumerate(("buyer", "shop")):
        lines += [f"  {owner}:", "    states: {here: {}}", "    transitions:"]
        lines += [f"      - {{on: e{e}}}" for e in range(k, events, 2)]
    lines += ["properties:", f"  ends: {{reachable: ticket == s{states - 1}}}"]
    return "\n".join(lines) + "\n"


def _transition(k: int, states: int, events: int) -> str:
    source = k % (states - 1)
    target = source + 1 if k < states - 1 else (source * 7 + 3 + k // states) % states
    parts = [f"from: s{source}"]
    parts.append(f"after: {1 + k % 9}h" if k % 5 == 4 else f"on: e{k % events}")
    if k % 3 == 2:
        parts.append(("when: fast and tries < 2", "when: tries < strict")[k % 2])
        parts.append("set: {tries: (tries + 1) % 4}")
    if k % 7 == 0:
        parts.append(f"rules: [R{1 + k % 2}]")
    return "{" + ", ".join([*parts, f"to: s{target}"]) + "}"
