"""What each pattern claims, in words: by the names of `fsm.spec.patterns`, and of the others.

`{p_bare}` is a condition as a clause; `{p}` an event, or the moment when the condition holds.
"""

CLAIMS = {
    "en": {
        "moment": "the point where {text}",
        "absence": "it never comes to this: {p_bare}",
        "universality": "at every moment {p_bare}",
        "existence": "it comes to this: {p_bare}",
        "bounded existence": "it comes to {p} at most {times}",
        "bounded occurrence": "{p} happens at most {times}",
        "precedence": "it does not come to {p} before it has come to {s}",
        "response": "whenever it comes to {p}, it comes to {s}, at once or later",
        "precedence chain, two before one": "it does not come to {p} before it has come to {s} "
        "and later to {t}",
        "precedence chain, one before two": "it does not come to {s} and later to {t} before it "
        "has come to {p}",
        "response chain, one to two": "whenever it comes to {s} and later to {t}, it comes to "
        "{p}, at once or later",
        "response chain, two to one": "whenever it comes to {p}, it comes to {s}, at once or "
        "later, and after that to {t}",
        "constrained chain": "whenever it comes to {p}, it comes to {s}, at once or later, and "
        "after that to {t}, without {z} on the way",
        "reachable": "it can come to this: {p_bare}",
        "can_always": "it can always still come to this: {p_bare}",
        "within": "{claim}, within {within}",
        "lasting": "never for more than {within} in one go: {p_bare}",
        "again and again": "from every moment on it comes to this: {s_bare}",
        "scope before": "before {r}, {claim}",
        "scope until": "until {r}, {claim}",
        "scope after": "after {q}, {claim}",
        "scope after before": "between {q} and {r}, {claim}",
        "scope after until": "from {q} until {r}, {claim}",
    },
    "zh": {
        "moment": "{text}的情形",
        "absence": "从不出现这样的情形：{p_bare}",
        "universality": "每一时刻都是{p_bare}",
        "existence": "会出现这样的情形：{p_bare}",
        "bounded existence": "{p}至多出现 {times}",
        "bounded occurrence": "{p}至多发生 {times}",
        "precedence": "没有先出现{s}，就不会出现{p}",
        "response": "每次出现{p}，都会当即或随后出现{s}",
        "precedence chain, two before one": "没有先出现{s}、随后出现{t}，就不会出现{p}",
        "precedence chain, one before two": "没有先出现{p}，就不会先后出现{s}、{t}",
        "response chain, one to two": "每次先后出现{s}、{t}，都会当即或随后出现{p}",
        "response chain, two to one": "每次出现{p}，都会当即或随后出现{s}，再出现{t}",
        "constrained chain": "每次出现{p}，都会当即或随后出现{s}，再出现{t}，其间没有{z}",
        "reachable": "可以出现这样的情形：{p_bare}",
        "can_always": "任何时候都还能出现这样的情形：{p_bare}",
        "within": "{claim}，限 {within}之内",
        "lasting": "从不连续超过 {within}都是这样：{p_bare}",
        "again and again": "从每一时刻起，都会出现这样的情形：{s_bare}",
        "scope before": "在{r}之前，{claim}",
        "scope until": "直到{r}为止，{claim}",
        "scope after": "在{q}之后，{claim}",
        "scope after before": "在{q}与其后的{r}之间，{claim}",
        "scope after until": "从{q}起、直到{r}为止，{claim}",
    },
}
