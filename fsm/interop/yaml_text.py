"""A spec document as the text of a `.fsm.yaml` file, laid out as people write one."""

import json
import re
from collections.abc import Mapping, Sequence

from fsm.interop.names import RESERVED

_WIDTH = 100
_PLAIN = re.compile(r"[A-Za-z_][\w .<>=!*/-]*", re.ASCII)
_FLOW_ONLY = ("transitions",)  # lists whose items stand on one line each


def yaml_text(document: Mapping[str, object], comments: Sequence[str] = ()) -> str:
    """The text, ending in a newline; `comments` stand at its head. `parse_spec` reads it back as
    `spec_from` reads the document."""
    lines = [f"# {' '.join(comment.split())}" for comment in comments]
    return "\n".join([*lines, *_block(document, "")]) + "\n"


def _block(mapping: Mapping[str, object], indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in mapping.items():
        flow = _flow(value)
        if isinstance(value, list) and key in _FLOW_ONLY and value:
            lines.append(f"{indent}{_scalar(key)}:")
            lines += [f"{indent}  - {_flow(item)}" for item in value]
        elif (
            isinstance(value, Mapping)
            and value
            and (not indent or _is_deep(value) or len(indent) + len(key) + len(flow) + 2 > _WIDTH)
        ):
            lines.append(f"{indent}{_scalar(key)}:")
            lines += _block(value, indent + "  ")
        else:
            lines.append(f"{indent}{_scalar(key)}: {flow}")
    return lines


def _is_deep(value: Mapping[str, object]) -> bool:
    return any(isinstance(inner, Mapping | list) and key != "tags" for key, inner in value.items())


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: object) -> str:
    """Plain where nothing could be misread; else in double quotes, as in JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    is_word = _PLAIN.fullmatch(text) and not text.endswith(" ")
    if (is_word and text not in RESERVED) or re.fullmatch(r"\d+(ms|s|min|h|d)", text):
        return text
    return json.dumps(text, ensure_ascii=False)
