"""The form of an update of an incident."""

from handlers.wording.incidents import cut
from models.message import Form, FormField, paragraph

FORM = "incident-update"
YES, NO, NEVER = "yes", "no", "none"
SPANS = ("15m", "30m", "1h", "2h", "4h")
_IN = {"15m": "15 minutes", "30m": "30 minutes", "1h": "an hour", "2h": "2 hours", "4h": "4 hours"}
NOTHING_SAID = "Say how it goes, in a sentence."


def form(number: int, title: str) -> Form:
    """Ask how an incident goes."""
    said = FormField(
        "text",
        "How does it go?",
        kind="text",
        hint="Who asked reads it, and so does the status page.",
        is_optional=True,
        max_length=2000,
    )
    following = FormField(
        "next",
        "The next update comes in",
        kind="choice",
        initial="30m",
        options=(*((one, _IN[one]) for one in SPANS), (NEVER, "I cannot say")),
    )
    over = FormField(
        "over",
        "Is it over?",
        kind="choice",
        initial=NO,
        options=((NO, "Not yet"), (YES, "Yes: tell everybody who asked")),
    )
    about = (paragraph(f"Incident {number}: {cut(title, 200)}"),)
    return Form(FORM, f"Incident {number}", "Tell everybody", (said, following, over), str(number), about)


def over(number: int) -> str:
    """Refuse an update of what is over."""
    return f"Incident {number} is over. If the trouble is back, declare it: /incident declare <title>"


def gone(value: str) -> str:
    """Say that there is no such incident."""
    return f"There is no incident {cut(value, 20)}. Those that are live: /incident list"
