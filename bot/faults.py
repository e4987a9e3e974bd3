"""What pydantic found wrong with the configuration, in words for whoever wrote it."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.document import Document
from bot.problem import Path, Problem, listed, nearest

_EXPECTED = {
    "string_type": "a text is expected here",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must be one word without spaces",
    "bool_parsing": "write `true` or `false`",
    "bool_type": "write `true` or `false`",
    "int_parsing": "a whole number is expected here",
    "int_type": "a whole number is expected here",
    "int_from_float": "a whole number is expected here",
    "float_parsing": "a number is expected here",
    "float_type": "a number is expected here",
    "finite_number": "a number is expected here",
    "tuple_type": "a list is expected here, as in [one, two]",
    "frozen_set_type": "a list is expected here, as in [one, two]",
    "model_type": "keys with values are expected here, as in `name: value`",
    "model_attributes_type": "keys with values are expected here, as in `name: value`",
    "url_parsing": "no web address: write it as https://…",
    "url_type": "no web address: write it as https://…",
    "url_scheme": "no web address: write it as https://…",
    "url_too_long": "this web address is too long",
    "too_short": "must not be empty",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "value_error": "{error}",
}


def faults(error: ValidationError, model: type[BaseModel], document: Document) -> Iterator[Problem]:
    """Yield a problem for each fault that pydantic found, at the path and line where it stands.

    Nothing of the input is repeated but what is no secret: the names that are wrong, and what our own checks quote.
    """
    for detail in error.errors(include_url=False, include_input=True):
        path: Path = tuple(detail["loc"])
        message, hint = _told(detail, model, path)
        yield document.problem(path, message, hint)


def _told(detail: ErrorDetails, model: type[BaseModel], path: Path) -> tuple[str, str | None]:
    context: Mapping[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return "is missing", None
        case "extra_forbidden":
            return _unknown_key(model, path)
        case "enum" | "literal_error":
            right = _choices(context["expected"])
            wrong = str(detail["input"])
            return f"`{wrong}` is not one of {listed(right)}", nearest(wrong, right)
        case kind:
            return (_EXPECTED[kind].format(**context) if kind in _EXPECTED else detail["msg"]), None


def _unknown_key(model: type[BaseModel], path: Path) -> tuple[str, str | None]:
    here = _model_at(model, path[:-1])
    known = sorted(here.model_fields) if here else []
    hint = nearest(str(path[-1]), known)
    if hint is None and known:
        hint = f"known here: {', '.join(known)}"
    return "unknown key", hint or "no keys are known here"


def _choices(expected: str) -> list[str]:
    """Give the words in pydantic's `'daily' or 'weekly'`."""
    return expected.split("'")[1::2]


def _model_at(model: type[BaseModel] | None, path: Path) -> type[BaseModel] | None:
    """Give the model that a path through a model leads to; None where it leaves the models."""
    for part in path:
        if isinstance(part, str):
            field = model.model_fields.get(part) if model else None
            model = _first_model(field.annotation) if field else None
    return model


def _first_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _first_model(each))), None)


def keys_of(model: type[BaseModel], path: Path = ()) -> Iterator[Path]:
    """Yield the path of every key that a model knows, without positions in lists."""
    for name, field in model.model_fields.items():
        yield (*path, name)
        below = _first_model(field.annotation)
        if below is not None:
            yield from keys_of(below, (*path, name))
