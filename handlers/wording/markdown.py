"""People's words within Markdown: they stay words."""

_ACTIVE = frozenset("\\`*_{}[]<>#|!~&")


def plain(text: str) -> str:
    """Give people's words so that Markdown takes them for words."""
    return "".join(f"\\{char}" if char in _ACTIVE else char for char in text)


def cell(text: str) -> str:
    """Give people's words as one line, as a cell of a table holds them."""
    return plain(" ".join(text.split()))
