"""What the bot says around the form by which people ask for help."""

from collections.abc import Sequence

from models.message import (
    Fields,
    Form,
    FormField,
    Line,
    Link,
    Message,
    MessageRef,
    Quote,
    Span,
    Strong,
    line,
    message,
    paragraph,
    text,
)

FORM = "ask"
ASK, ASK_ABOUT, MAKE_REQUEST = "ask", "ask-about", "make-request"
YES, NO, UNSURE = "yes", "no", "unsure"
BY_FORM = "asked with the form"
PRODUCTION = "its author says that production is affected"
NO_LINK = "A link begins with https:// or http://."
TOO_LITTLE = "Please say in a few words what you need."
NOWHERE = "I am in no channel where this could be asked. Please tell whoever runs me."
CHOOSE = "Please choose one."
LONGEST, LONGEST_LINE = 3000, 300


def form(words: str = "", about: str = "") -> Form:
    """Give the form. words: what is quoted into it; about: the message it is about, as `channel:id`."""
    return Form(
        name=FORM,
        title="Ask for help",
        submit="Ask",
        subject=about,
        intro=(paragraph("I post it in the right channel in your name, and tell whoever is on call if need be."),),
        fields=(
            FormField("what", "What do you need help with?", "text", initial=words[:LONGEST], max_length=LONGEST),
            FormField(
                "where",
                "Where does it happen?",
                hint="The application, service, pipeline or environment.",
                is_optional=True,
                max_length=LONGEST_LINE,
            ),
            FormField(
                "production",
                "Is production down or badly affected for real users right now?",
                "choice",
                options=((YES, "Yes, production"), (NO, "No"), (UNSURE, "I am not sure")),
            ),
            FormField("since", "Since when?", is_optional=True, max_length=LONGEST_LINE),
            FormField(
                "link",
                "A link",
                hint="To the failed pipeline, the dashboard, the log.",
                is_optional=True,
                max_length=LONGEST_LINE * 4,
            ),
        ),
    )


def post(asker: Span, fields: dict[str, str], about: MessageRef | None) -> Message:
    """Give what is posted in the channel in the asker's name."""
    link = fields.get("link", "")
    facts: Sequence[tuple[str, Line]] = [
        (label, line(value))
        for label, value in (("Where", fields.get("where", "")), ("Since", fields.get("since", "")))
        if value
    ]
    production = {YES: "affected, its author says", UNSURE: "perhaps affected"}.get(fields.get("production", ""))
    return message(
        paragraph(asker, " asks for help:"),
        Quote(fields["what"]),
        Fields((*facts, *([("Production", line(Strong(production)))] if production else [])))
        if facts or production
        else None,
        paragraph(Link(link, link)) if link else None,
        paragraph("About ", about) if about is not None else None,
        summary=f"Somebody asks for help: {fields['what'][:100]}",
    )


def posted(channel: str) -> Message:
    """Say where a question goes."""
    return text("I am posting it in ", Strong(f"#{channel}"), ". You will be told in its thread what happens next.")


def not_posted(channel: str, words: str) -> Message:
    """Say that a question could not be posted, and give the words back."""
    return message(
        paragraph(f"I could not post your question in #{channel}. Please ask there yourself; your words were:"),
        Quote(words),
    )
