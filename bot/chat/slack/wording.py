"""The few sentences that only Slack needs: about its forms, which can fail to open."""

from models.message import Button, Buttons, Message, message, paragraph, text


def form_did_not_open() -> Message:
    """Say that a form could not be shown."""
    return text("The form could not be opened: Slack did not take it in time. Nothing is lost; please try again.")


def form_needs_a_tap(action: str, value: str) -> Message:
    """Offer the form of a command that was written as a message, for Slack opens forms only after a tap."""
    return message(paragraph("This command has a form."), Buttons((Button(action, "Open the form", value, "primary"),)))
