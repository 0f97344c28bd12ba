"""The JSON Schema of the spec format (draft 2020-12), by which editors complete and check a spec.

It knows the shape of a spec; names, types and times are only checked when a spec is loaded.
"""

from importlib.resources import files


def schema_text() -> str:
    """The schema, as the text of a JSON file."""
    return files("fsm.spec").joinpath("schema.json").read_text(encoding="utf-8")
