"""What can go wrong, as far as somebody has to tell the cases apart."""

from datetime import timedelta


class WatchbillError(Exception):
    """Anything that Watchbill itself found wrong."""


class UserError(WatchbillError):
    """A request that cannot be done; its text is shown to the person who asked."""


class ConfigError(WatchbillError):
    """A configuration, a store or an environment that the bot cannot start with; its text is for the operator."""


class StoreUnavailable(WatchbillError):
    """The store cannot be written now; the event must stay unacknowledged, so that the platform sends it again."""


class InTheWay(StoreUnavailable):
    """Two decisions waited for each other, and this one was undone: taken again at once, it goes on after the other."""


class DeliveryFailed(WatchbillError):
    """A platform did not do what it was asked.

    permanent: trying again cannot help (unknown channel, refused recipient).
    recipient: the fault is the recipient's alone (deactivated, refuses), so that an escalation moves on.
    unknown: the platform may have done it (the answer was lost); it is looked for before it is tried again.
    retry_after: how long the platform asked us to wait; None where it did not say.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        recipient: bool = False,
        unknown: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.recipient = recipient
        self.unknown = unknown
        self.retry_after = retry_after
