"""Operations on one zone, in the small part of Python that becomes machine code.

What a zone is, and what is done to one, is said in `fsm.timed.dbm`; here it is the same, step by
step: `cut` is `intersect` with one constraint, in place, and `simulated` has the limits of clock k
at `facts[at + 3 * k]`: its number, from below, from above.
"""

from fsm.timed.dbm import INFINITE

ZONES = f"""
def cut(u, n, i, j, bound):
    # Keep what is within one bound; 0 where nothing is.
    if bound >= u[i * n + j]:
        return 1
    x = u[j * n + i]
    if x < {INFINITE} and x + bound - ((x | bound) & 1) < 1:
        return 0
    for k in range(n):
        x = u[j * n + k]
        y = bound + x - ((bound | x) & 1)
        row[k] = {INFINITE} if x >= {INFINITE} else y
    for h in range(n):
        a = u[h * n + i]
        if a < {INFINITE}:
            base = h * n
            for k in range(n):
                x = row[k]
                y = a + x - ((a | x) & 1)
                y = {INFINITE} if x >= {INFINITE} else y
                x = u[base + k]
                u[base + k] = y if y < x else x
    return 1


def copy(u, v, at, n):
    for k in range(n * n):
        u[k] = v[at + k]
    return 0


def simulated(u, first, v, second, n, facts, at):
    # Can for each point of the one some point of the other do all that it can?
    for x in range(n):
        a = u[first + x]
        b = facts[at + 3 * x + 2]
        if x == 0 or (b >= 0 and a >= 1 - 2 * b):
            for y in range(n):
                c = facts[at + 3 * y + 1]
                here = v[second + y * n + x]
                if c >= 0 and here < u[first + y * n + x] and here - 2 * c - (here & 1) < a:
                    return 0
    return 1


def where(clock, n, facts, at):
    for k in range(n):
        if facts[at + 3 * k] == clock:
            return k
    return -1
"""
