"""What the bot says about its commands: help, wrong forms, strangers."""

from collections.abc import Sequence

from models.message import Bullets, Code, Heading, Line, Message, Span, line, message, note, paragraph

ABOUT = {
    "oncall": "Who is on call",
    "oncall-list": "The on-call list",
    "handover": "Hand the day over",
    "incident": "Declare, update and resolve incidents",
    "thanks": "Thank somebody for their help",
}
"""What each command is for, in the menus of a chat."""

UNKNOWN_BUTTON = "This button is from an older version and does nothing now. The commands still work: try /oncall help."
UNKNOWN_FORM = "This form is from an older version. Open it again."
NO_ROTATION = "There is no on-call rotation in the configuration yet."
LEADS_ONLY = "Only a lead can change the on-call list. Ask one of them: "


def overview(known: Sequence[str]) -> Message:
    """Give the commands that there are."""
    return message(
        paragraph("I know these commands: ", *_named(known), "."),
        note(f"Each has help with an example, as in /{known[0]} help. Requests for help need no command: just write."),
    )


def _named(known: Sequence[str]) -> Sequence[Span]:
    return [span for name in known for span in (", ", Code(f"/{name}"))][1:]


def unknown_command(name: str, known: Sequence[str]) -> str:
    """Say that there is no such command."""
    return f"There is no /{name}. There is {', '.join(f'/{one}' for one in known)}."


def no_such_rotation(name: str, known: Sequence[str]) -> str:
    """Say that there is no such rotation."""
    return f"There is no rotation “{name}”. There is {', '.join(known) or 'none yet'}."


def wrong_form(why: str, form: str, example: str) -> str:
    """Say what is wrong with a command, and the right form."""
    return f"{why} The form is: {form} — for example: {example}"


def unknown_person(word: str) -> str:
    """Say that nobody is known by a name."""
    return f"I know nobody called “{word}”."


def which_person(word: str, people: Sequence[tuple[str, str]]) -> str:
    """Ask which of several people with one name is meant. people: name and id of each."""
    named = " or ".join(f"{name} (@{one})" for name, one in people)
    return f"Whom do you mean by “{word[:40]}”: {named}?"


def no_number(word: str) -> str:
    """Say that a number was expected."""
    return f"“{word[:40]}” is no request number."


def no_such_request(number: int | str) -> str:
    """Say that there is no request with a number."""
    return f"There is no request #{number}."


def leads_only(leads: Sequence[str]) -> str:
    """Refuse a change of the list to somebody who does not lead."""
    return f"{LEADS_ONLY}{', '.join(leads) or 'nobody is configured as one'}."


def not_understood(name: str, given: str, forms: Sequence[str]) -> Message:
    """Answer a command with words that mean nothing: with what there is."""
    return message(
        paragraph("I do not know ", Code(f"/{name} {given[:60]}".strip()), ". There is:"),
        Bullets(tuple(line(Code(form)) for form in forms)),
        note("Each has an example: ", Code(f"/{name} help")),
    )


def help_of(name: str, forms: Sequence[tuple[str, str, str]]) -> Message:
    """Give the forms of a command, what each does, and an example."""
    return message(
        Heading(f"/{name}"),
        Bullets(tuple(_form(*one) for one in forms)),
        summary=f"Help for /{name}",
    )


def _form(form: str, summary: str, example: str) -> Line:
    """Give one form, with its example where that is not the form itself."""
    said = f" — {summary}"
    return line(Code(form), said) if example == form else line(Code(form), f"{said}, for example ", Code(example))
