"""What may be kept as a link to documentation: a web address that anybody may be shown. Pure."""

import re
from enum import StrEnum
from urllib.parse import urlsplit

from models.secrets import MASK, mask

LONGEST_LINK = 2000

_SPACES = re.compile(r"[\s\x00-\x1f\x7f<>\"]")


class Fault(StrEnum):
    """Why something is no link that can be kept."""

    NO_SCHEME = "no scheme"
    BROKEN = "broken"
    TOO_LONG = "too long"
    PRIVATE = "private"


def bare(given: str) -> str:
    """Give a link as it was meant: without the angle brackets and blanks that chats and people put around one."""
    return given.strip().removeprefix("<").removesuffix(">").split("|")[0].strip()


def fault_of(link: str) -> Fault | None:
    """Say what is wrong with a link; None where it is one over http or https, short enough, and holds no secret."""
    if not link.lower().startswith(("http://", "https://")):
        return Fault.NO_SCHEME
    if len(link) > LONGEST_LINK:
        return Fault.TOO_LONG
    if _SPACES.search(link) or not _has_host(link):
        return Fault.BROKEN
    return Fault.PRIVATE if _is_secret(link) else None


def _has_host(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # brackets that do not match, a port that is no number
        return False


def _is_secret(link: str) -> bool:
    """Say whether a link carries a name and a password, or a token; what was masked before has none left."""
    return "@" in urlsplit(link).netloc or mask(link) != link or MASK in link
