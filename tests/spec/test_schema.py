"""The JSON Schema accepts what loads, and refuses what has the wrong shape."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fsm.spec.build import REQUIRED_KEYS, TOP_KEYS
from fsm.spec.catalogue import CODES
from fsm.spec.nodes import Mapping, Node, Scalar
from fsm.spec.problems import Problems
from fsm.spec.properties import PROPERTY_KEYS
from fsm.spec.reader import read_text
from fsm.spec.schema import schema_text
from fsm.spec.skeleton import (
    CLOCK_KEYS,
    EVENT_KEYS,
    GROUP_KEYS,
    MACHINE_KEYS,
    STATE_KEYS,
    VARIABLE_KEYS,
)
from fsm.spec.transitions import TRANSITION_KEYS

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads(schema_text())
VALIDATOR = Draft202012Validator(SCHEMA)
GOOD = [
    path
    for folder in ("specs", "tests/known_answers", "fsm/cli")
    for path in sorted((ROOT / folder).glob("**/*.fsm.yaml"))
]

# What only shows in the text, or needs names, types or arithmetic, is beyond a schema.
SHAPE = (
    "F201", "F202", "F203", "F204", "F205", "F206", "F207", "F208", "F209", "F210", "F211",
    "F212", "F213", "F327", "F502", "F505", "F506", "F509", "F510", "F516", "F517", "F518",
    "F519", "F521", "F526", "F755", "F756", "F758",
)  # fmt: skip


def plain(node: Node) -> object:
    """What a YAML 1.2 reader makes of a node."""
    if isinstance(node, Mapping):
        return {key.value: plain(value) for key, value in node.entries}
    if not isinstance(node, Scalar):
        return [plain(item) for item in node.items]
    if node.is_empty:
        return None
    for value in (node.boolean, node.integer):
        if value is not None:
            return value
    return node.value


def read(text: str) -> object:
    root = read_text(text, "x", Problems())
    assert root is not None
    return plain(root)


def test_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_there_are_specs_to_try() -> None:
    assert len(GOOD) >= 10


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_accepts_every_good_spec(path: Path) -> None:
    errors = [e.message for e in VALIDATOR.iter_errors(read(path.read_text(encoding="utf-8")))]
    assert errors == []


@pytest.mark.parametrize("code", [c for c in CODES if CODES[c].example and c[0] == "S"])
def test_accepts_what_is_only_a_finding(code: str) -> None:
    assert VALIDATOR.is_valid(read(CODES[code].example))


@pytest.mark.parametrize("code", SHAPE)
def test_refuses_the_wrong_shape(code: str) -> None:
    assert not VALIDATOR.is_valid(read(CODES[code].example))


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        ((), (*REQUIRED_KEYS, *TOP_KEYS)),
        (("$defs", "transition"), TRANSITION_KEYS),
        (("$defs", "property"), PROPERTY_KEYS),
        (("$defs", "machine"), (*MACHINE_KEYS, "states")),
        (("$defs", "group"), (*GROUP_KEYS, "machines")),
        (("$defs", "state", "anyOf", 1), STATE_KEYS),
        (("$defs", "event", "anyOf", 1), EVENT_KEYS),
        (("$defs", "clock", "anyOf", 1), CLOCK_KEYS),
        (("$defs", "variable", "oneOf", 2), VARIABLE_KEYS),
    ],
)
def test_knows_exactly_the_keys_of_the_loader(place: tuple[str | int], keys: tuple[str]) -> None:
    found = SCHEMA
    for step in place:
        found = found[step]
    assert set(found["properties"]) == set(keys)
    assert found["additionalProperties"] is False
    assert all("description" in use or "$ref" in use for use in found["properties"].values())
