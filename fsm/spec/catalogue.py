"""Every code that a spec can provoke, documented: what `fsm explain` tells.

F1xx the text, F2xx keys and values, F3xx names, F4xx expressions, F5xx how the parts fit together,
F70x temporal formulas, S structural findings. The codes of requests (F6xx, F71x and F72x) belong to
the command line.
"""

from fsm.spec.code import Code
from fsm.spec.codes_expressions import EXPRESSIONS
from fsm.spec.codes_findings import FINDING_CODES
from fsm.spec.codes_formulas import FORMULAS
from fsm.spec.codes_structure import STRUCTURE_CODES
from fsm.spec.codes_text import TEXT_CODES
from fsm.spec.codes_time import TIME_CODES

CODES: dict[str, Code] = dict(
    sorted(
        {
            **TEXT_CODES, **EXPRESSIONS, **FORMULAS, **STRUCTURE_CODES, **FINDING_CODES,
            **TIME_CODES,
        }.items()
    )
)  # fmt: skip
