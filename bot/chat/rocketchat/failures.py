"""What Rocket.Chat's refusals and a lost connection mean for a delivery. Pure."""

from datetime import timedelta

from bot.chat.rocketchat.caller import TOO_MANY, CallFailed
from models.errors import DeliveryFailed

RECIPIENT = frozenset(
    [
        "error-invalid-user",
        "error-user-is-not-activated",
        "error-user-not-found",
        "error-direct-message-room",
        "error-not-allowed-dm",
        "invalid-user",
    ]
)
_SLOWLY = timedelta(seconds=30)


def failure(error: CallFailed, *, leaves_a_message: bool = False, is_opening: bool = False) -> DeliveryFailed:
    """Give what a failed call means.

    leaves_a_message: done twice, it would be seen twice. is_opening: it was to open somebody's conversation, so that
    what is refused for good is refused by them.
    """
    if error.status == TOO_MANY:
        return DeliveryFailed("Rocket.Chat asks to go slower", retry_after=error.wait)
    if error.is_refusal:
        return DeliveryFailed("Rocket.Chat refuses the token", retry_after=_SLOWLY)
    if not error.is_final:
        return DeliveryFailed(f"Rocket.Chat did not answer: {error}", unknown=leaves_a_message and not error.never_left)
    return DeliveryFailed(
        f"Rocket.Chat refuses: {error}", permanent=True, recipient=is_opening or error.code in RECIPIENT
    )
