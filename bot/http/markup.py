"""HTML and XML written by hand: only what `element` made is markup, and all else is text."""

import re
from collections.abc import Iterable

_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What may stand in neither HTML nor XML (XML 1.0, 2.2)."""
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_EMPTY = frozenset(("meta", "link"))


class Markup(str):
    """A text that is markup already."""

    __slots__ = ()


Content = str | None | Iterable["Content"]


def element(name: str, /, *content: Content, **attributes: str | int | None) -> Markup:
    """Give an element. content: markup as it is, text escaped, None nothing.

    attributes: one that is None is left out; `class_` is written class, and `aria_label` aria-label.
    """
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_escaped(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{shown}>" if name in _EMPTY else f"<{name}{shown}>{joined(content)}</{name}>")


def joined(content: Content) -> Markup:
    """Give contents one after the other."""
    match content:
        case None:
            return Markup("")
        case Markup():
            return content
        case str():
            return Markup(_escaped(content))
        case _:
            return Markup("".join(map(joined, content)))


def _escaped(text: str) -> str:
    return _UNSPEAKABLE.sub("", text).translate(_ENTITIES)
