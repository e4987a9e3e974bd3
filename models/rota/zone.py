"""Civil time from the pinned time zone data, never from the machine's own copy.

Source: DESIGN §3, times. `zoneinfo.ZoneInfo(name)` prefers the system's files, which may be years old.
"""

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@cache
def zone(name: str) -> ZoneInfo:
    """Give a time zone by its IANA name, as the `tzdata` package knows it.

    Raises ZoneInfoNotFoundError (a KeyError) for a name that is none.
    """
    if name not in zone_names():
        raise ZoneInfoNotFoundError(f"{name!r} is no IANA time zone, such as America/Vancouver")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as stream:
        return ZoneInfo.from_file(stream, key=name)


@cache
def zone_names() -> frozenset[str]:
    """Give every zone name of the pinned data; only these are ever opened as files."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="ascii").split())
