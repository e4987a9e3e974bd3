"""What is said when people thank each other."""

from models.message import Code, Message, Quote, Span, message, note, paragraph, text

WHOM = "Whom do you thank?"
YOURSELF = "That is you. Thanks count when somebody else gives them."
OFF = "You are not named among the helpers of the week any more. What you do is still counted, for nobody to see."
ON = "You are named again among the helpers of the week, where you are one."


def counted(receiver: Span) -> Message:
    """Confirm thanks."""
    return text("Your thanks to ", receiver, " are counted, and passed on.")


def counted_before(receiver: Span) -> Message:
    """Say that thanks of the same day count once."""
    return text("You have thanked ", receiver, " within a day already: that counts once. Your words are kept.")


def passed_on(giver: Span, why: str) -> Message:
    """Tell somebody that they were thanked."""
    return message(
        paragraph("🙏 ", giver, " thanks you."),
        Quote(why) if why else None,
        note("The weekly digest names its helpers; ", Code("/thanks off"), " leaves you out."),
    )
