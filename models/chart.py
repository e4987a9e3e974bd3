"""A picture of numbers, as an effect keeps it: it is drawn only when it is sent, where the platform shows pictures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of what is counted, with a number for each column. The order of the series is that of the colours."""

    name: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns of stacked counts. alt: the same in words, for whoever does not see it.

    labels: under a column, from its left edge on; an empty one begins no group of columns.
    """

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    alt: str
