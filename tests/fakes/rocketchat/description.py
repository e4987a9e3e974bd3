"""Each call held against Rocket.Chat's published OpenAPI description, where a copy of it is at hand.

The description is the vendor's and no part of the project: `WATCHBILL_SHARED` names the folder that holds its copy.
What it leaves out though the server takes it is listed here, with the place that says so.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.fakes.rocketchat.api import Call
from tests.fakes.rocketchat.workspace import Json, Refused

FOLDER = Path(os.environ.get("WATCHBILL_SHARED", Path(__file__).parents[4] / "shared")) / "rocketchat-openapi"
PATH = "/api/v1/"

# chat.sendMessage's own text: it "allows for passing a value for `_id`". Attachments' buttons: the server's sources.
UNLISTED = {"message._id", "message.attachments.actions", "message.attachments.button_alignment"}

# The same method under its older name.
ALIASES = {"im.create": "dm.create"}

TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "integer": (int,),
    "number": (int, float),
}


def is_at_hand() -> bool:
    return FOLDER.is_dir()


@cache
def described(method: str) -> Json:
    """Give a method as the description has it; empty where it has none. Only its part is parsed: the whole is long."""
    for text, parameters in _files():
        found = re.search(rf"^  '?{re.escape(PATH + method)}'?:\n((?:    .*\n|\s*\n)+)", text, re.MULTILINE)
        if found is not None:
            return {**_parsed(found[1]), "shared": parameters}
    return {}


@cache
def _files() -> list[tuple[str, Json]]:
    """Give the text of each file, and the parameters that its methods share."""
    texts = [file.read_text(encoding="utf-8") + "\n" for file in sorted(FOLDER.glob("*.yaml"))]
    blocks = [re.search(r"^  parameters:\n((?:    .*\n|\s*\n)+)", text, re.MULTILINE) for text in texts]
    return [(text, _parsed(block[1]) if block else {}) for text, block in zip(texts, blocks, strict=True)]


def _parsed(text: str) -> Json:
    found: Json = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


def checker() -> Callable[[Call], None]:
    """Give what looks at each call; nothing where there is no copy of the description."""
    return check if is_at_hand() else lambda _: None


def check(call: Call) -> None:
    """Refuse a call that the description does not know. Raises Refused."""
    told = [*faults(call)]
    if told:
        raise Refused(f"not-described: {told[0]}")


def faults(call: Call) -> Iterator[str]:
    known = described(ALIASES.get(call.method, call.method))
    operation = known.get(call.verb.lower())
    if operation is None:
        yield f"{call.verb} {call.method}"
        return
    if call.verb == "GET":
        yield from (name for name in call.arguments if name not in _parameters(operation, known["shared"]))
        return
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    options = [[*_wrong(call.arguments, one, "")] for one in schema.get("oneOf", [schema])]
    yield from min(options, key=len)


def _parameters(operation: Json, shared: Json) -> set[str]:
    told = operation.get("parameters", [])
    found = [shared.get(one["$ref"].rsplit("/", 1)[-1], {}) if "$ref" in one else one for one in told]
    return {str(one.get("name")) for one in found}


def _wrong(value: Any, schema: Json, at: str) -> Iterator[str]:
    wanted = TYPES.get(str(schema.get("type")))
    if wanted is not None and not isinstance(value, wanted):
        yield f"{at} is no {schema['type']}"
    elif isinstance(value, dict) and "properties" in schema:
        yield from _wrong_members(value, schema, at)
    elif isinstance(value, list) and "items" in schema:
        for one in value:
            yield from _wrong(one, schema["items"], at)


def _wrong_members(value: Json, schema: Json, at: str) -> Iterator[str]:
    yield from (f"{at}.{name} is missing".removeprefix(".") for name in schema.get("required", ()) if name not in value)
    for name, one in value.items():
        path = f"{at}.{name}".strip(".")
        if name in schema["properties"]:
            yield from _wrong(one, schema["properties"][name], path)
        elif path not in UNLISTED:
            yield f"{path} is unknown"
