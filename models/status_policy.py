"""What the organisation decided about its public status page. Source: DESIGN §9."""

from pydantic import Field

from models.written import Strict


class StatusPage(Strict):
    """The public status page. services: those that are shown, in this order; None: all of the catalogue.

    note: the organisation's own words beneath it. warnings: whether a warning shows its service as degraded.
    history_days: how long what is over is told of.
    """

    title: str = Field(default="Service status", min_length=1, max_length=80)
    services: tuple[str, ...] | None = None
    note: str | None = Field(default=None, max_length=300)
    warnings: bool = True
    history_days: int = Field(default=14, ge=1, le=90)
