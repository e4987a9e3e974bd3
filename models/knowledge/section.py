"""What can answer a question: a section of a page, or a past request that was resolved with a link."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_MARKUP = re.compile(r"[`*_]|!?\[([^\]]*)\]\([^)]*\)")
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Section:
    """One answer. key: what it is known by, as `docs:quota.md#asking`; page: the title of the page that it is on."""

    key: str
    page: str
    title: str
    text: str
    url: str


def sections(path: str, markdown: str, base: str) -> Iterator[Section]:
    """Yield the sections of a page: one for each heading but the first, and one for what stands before them.

    path: the page's within its folder. base: the address that it is added to.
    """
    page, title, body = "", "", list[str]()
    is_code = False
    for line in _FRONT.sub("", markdown).splitlines():
        is_code ^= bool(_FENCE.match(line))
        heading = None if is_code else _HEADING.match(line)
        if heading is None:
            body.append(line)
            continue
        yield from _section(path, base, page, title, body)
        title, body = _plain(heading[2]), []
        if not page:
            page, title = title, ""
    yield from _section(path, base, page, title, body)


def _section(path: str, base: str, page: str, title: str, body: list[str]) -> Iterator[Section]:
    text = _plain("\n".join(body)).strip()
    if text:
        anchor = f"#{slug(title)}" if title else ""
        yield Section(f"docs:{path}{anchor}", page or path, title or page or path, text, f"{base}{path}{anchor}")


def _plain(markdown: str) -> str:
    return _MARKUP.sub(lambda found: found[1] or "", markdown)


def slug(title: str) -> str:
    """Give a heading's anchor as GitHub and most site builders write it."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", title.lower()).strip())
