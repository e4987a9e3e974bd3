"""People's words within Markdown: they stay words."""

_TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""What turns the direction of all that follows."""
_ACTIVE = frozenset("\\`*_{}[]<>#|!~&")


def plain(text: str) -> str:
    """Give people's words so that Markdown takes them for words."""
    return "".join(f"\\{char}" if char in _ACTIVE else char for char in text.translate(_TURNING))


def cell(text: str) -> str:
    """Give people's words as one line, as a cell of a table holds them."""
    return plain(" ".join(text.split()))
