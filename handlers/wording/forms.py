"""What is said around a form: when it cannot be opened, or needs a tap first."""

from models.message import Button, Buttons, Message, message, paragraph, text

CANCEL = "Cancel"


def form_did_not_open() -> Message:
    """Say that a form could not be shown."""
    return text("The form could not be opened in time. Nothing is lost; please try again.")


def form_needs_a_tap(action: str, value: str) -> Message:
    """Offer the form of a command that was written as a message, where forms open only after a tap."""
    return message(paragraph("This command has a form."), Buttons((Button(action, "Open the form", value, "primary"),)))
