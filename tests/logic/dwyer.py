"""The 55 formulas of Dwyer, Avrunin & Corbett's patterns, in the order of their catalogue.

Source: Dwyer, Avrunin & Corbett, "Property specification patterns for finite-state verification",
FMSP 1998, doi 10.1145/298595.298598; the formulas as listed at matthewbdwyer.github.io/psp, five
scopes (global, before r, after q, between q and r, after q until r) for each of the patterns.
p, s, t, z are the events of a pattern, q and r those of its scope.
"""

PATTERNS = {
    "absence": (
        "G !p",
        "F r -> (!p U r)",
        "G (q -> G !p)",
        "G ((q & !r & F r) -> (!p U r))",
        "G (q & !r -> (!p W r))",
    ),
    "existence": (
        "F p",
        "!r W (p & !r)",
        "G !q | F (q & F p)",
        "G (q & !r -> (!r W (p & !r)))",
        "G (q & !r -> (!r U (p & !r)))",
    ),
    "bounded existence": (
        "!p W (p W (!p W (p W G !p)))",
        "F r -> ((!p & !r) U (r | ((p & !r) U (r | ((!p & !r) U (r | ((p & !r) U "
        "(r | (!p U r)))))))))",
        "F q -> (!q U (q & (!p W (p W (!p W (p W G !p))))))",
        "G ((q & F r) -> ((!p & !r) U (r | ((p & !r) U (r | ((!p & !r) U (r | ((p & !r) U "
        "(r | (!p U r))))))))))",
        "G (q -> ((!p & !r) U (r | ((p & !r) U (r | ((!p & !r) U (r | ((p & !r) U "
        "(r | (!p W r) | G p)))))))))",
    ),
    "universality": (
        "G p",
        "F r -> (p U r)",
        "G (q -> G p)",
        "G ((q & !r & F r) -> (p U r))",
        "G (q & !r -> (p W r))",
    ),
    "precedence": (
        "!p W s",
        "F r -> (!p U (s | r))",
        "G !q | F (q & (!p W s))",
        "G ((q & !r & F r) -> (!p U (s | r)))",
        "G (q & !r -> (!p W (s | r)))",
    ),
    "response": (
        "G (p -> F s)",
        "F r -> (p -> (!r U (s & !r))) U r",
        "G (q -> G (p -> F s))",
        "G ((q & !r & F r) -> (p -> (!r U (s & !r))) U r)",
        "G (q & !r -> ((p -> (!r U (s & !r))) W r))",
    ),
    "precedence chain, two before one": (
        "F p -> (!p U (s & !p & X (!p U t)))",
        "F r -> (!p U (r | (s & !p & X (!p U t))))",
        "G !q | (!q U (q & F p -> (!p U (s & !p & X (!p U t)))))",
        "G ((q & F r) -> (!p U (r | (s & !p & X (!p U t)))))",
        "G (q -> (F p -> (!p U (r | (s & !p & X (!p U t))))))",
    ),
    "precedence chain, one before two": (
        "F (s & X F t) -> (!s U p)",
        "F r -> (!(s & !r & X (!r U (t & !r))) U (r | p))",
        "G !q | (!q U (q & (F (s & X F t) -> (!s U p))))",
        "G ((q & F r) -> (!(s & !r & X (!r U (t & !r))) U (r | p)))",
        "G (q -> (!(s & !r & X (!r U (t & !r))) U (r | p)) | G !(s & X F t))",
    ),
    "response chain, one to two": (
        "G (s & X F t -> X F (t & F p))",
        "F r -> (s & X (!r U t) -> X (!r U (t & F p))) U r",
        "G (q -> G (s & X F t -> X (!t U (t & F p))))",
        "G ((q & F r) -> (s & X (!r U t) -> X (!r U (t & F p))) U r)",
        "G (q -> (s & X (!r U t) -> X (!r U (t & F p))) U (r | G (s & X (!r U t) -> "
        "X (!r U (t & F p)))))",
    ),
    "response chain, two to one": (
        "G (p -> F (s & X F t))",
        "F r -> (p -> (!r U (s & !r & X (!r U t)))) U r",
        "G (q -> G (p -> (s & X F t)))",
        "G ((q & F r) -> (p -> (!r U (s & !r & X (!r U t)))) U r)",
        "G (q -> (p -> (!r U (s & !r & X (!r U t)))) U (r | G (p -> (s & X F t))))",
    ),
    "constrained chain": (
        "G (p -> F (s & !z & X (!z U t)))",
        "F r -> (p -> (!r U (s & !r & !z & X ((!r & !z) U t)))) U r",
        "G (q -> G (p -> (s & !z & X (!z U t))))",
        "G ((q & F r) -> (p -> (!r U (s & !r & !z & X ((!r & !z) U t)))) U r)",
        "G (q -> (p -> (!r U (s & !r & !z & X ((!r & !z) U t)))) U (r | G (p -> (s & !z & "
        "X (!z U t)))))",
    ),
}
FORMULAS = tuple(formula for formulas in PATTERNS.values() for formula in formulas)

# States of the automata that translators make of these formulas, in the same order: LTL3BA 1.1.3
# (Babiak et al., "LTL to Büchi automata translation: fast and more deterministic", TACAS 2012, doi
# 10.1007/978-3-642-28756-5_8) and ltl2tgba of Spot 2.7.4, both with generalised acceptance on
# transitions, as here. As published in github.com/jurajmajor/ltl3tela, commit 003aa61d,
# Experiments/formulae/atva19/nondet.patterns.csv (versions: Experiments/Evaluation_ATVA19.ipynb).
PUBLISHED = {
    "LTL3BA": (
        *(1, 4, 2, 3, 2),
        *(2, 2, 5, 2, 2),
        *(5, 8, 8, 7, 7),
        *(1, 4, 2, 3, 2),
        *(2, 4, 5, 3, 2),
        *(2, 5, 3, 4, 3),
        *(5, 5, 5, 6, 6),
        *(5, 6, 7, 6, 8),
        *(6, 10, 7, 10, 14),
        *(4, 7, 3, 6, 12),
        *(4, 7, 3, 6, 12),
    ),
    "Spot": (
        *(1, 3, 2, 3, 2),
        *(2, 2, 3, 2, 2),
        *(5, 7, 6, 7, 6),
        *(1, 3, 2, 3, 2),
        *(2, 3, 5, 3, 2),
        *(2, 3, 3, 3, 3),
        *(3, 4, 4, 4, 3),
        *(3, 4, 4, 4, 3),
        *(6, 6, 5, 10, 10),
        *(4, 4, 3, 4, 6),
        *(4, 4, 3, 4, 6),
    ),
}
