"""The words in a thread that mean a button. A message means one only as a whole; a question never does."""

import re
from collections.abc import Mapping
from enum import StrEnum


class Meaning(StrEnum):
    """What somebody's words in a thread do."""

    TAKE = "take"
    RESOLVE = "resolve"
    ESCALATE = "escalate"
    NO_REQUEST = "no request"
    DUPLICATE = "duplicate"
    REROUTE = "reroute"


SEEN: Mapping[Meaning, str] = {
    Meaning.TAKE: "eyes",
    Meaning.ESCALATE: "eyes",
    Meaning.RESOLVE: "white_check_mark",
    Meaning.NO_REQUEST: "white_check_mark",
    Meaning.DUPLICATE: "white_check_mark",
    Meaning.REROUTE: "white_check_mark",
}
"""The reaction that shows that words were understood."""

LONGEST = 300
_I_AM, _IT_IS = r"(?:i['’]?m |i am )?", r"(?:it['’]?s |it is |this is |that['’]?s |that is )?"
_THANKS = r"(?:many )?(?:thanks|thank you|thx|ty|cheers)(?: (?:a lot|all|everyone|everybody|so much))?"
_SIGNS = re.compile(r"[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F]|:[a-z0-9_+-]+:|[:;]-?[()]")
_AROUND = re.compile(rf"(?:{_THANKS}[,.!:]*\s+)?(.*?)(?:(?:[,.!]+\s*|\s+){_THANKS})?", re.DOTALL | re.IGNORECASE)

_SAID: Mapping[Meaning, str] = {
    Meaning.TAKE: rf"{_I_AM}on it(?: now)?|{_I_AM}taking (?:it|this)|i(?:['’]?ll| will) take (?:it|this)"
    rf"|{_I_AM}(?:looking|having a look)(?: into (?:it|this)| at (?:it|this))?(?: now)?|ack",
    Meaning.RESOLVE: rf"{_IT_IS}(?:all )?(?:now )?(?:resolved|fixed|solved)(?: now)?"
    r"|(?:it )?(?:all )?works(?: fine)? (?:now|again)|(?:it['’]?s |it is )?working(?: fine)? (?:now|again)"
    r"|never ?mind|false alarm",
    Meaning.ESCALATE: r"(?:please )?escalate(?: (?:it|this))?(?::\s*(?P<rest>.+))?",
    Meaning.NO_REQUEST: r"(?:this is )?(?:not a|no) request",
    Meaning.DUPLICATE: rf"{_IT_IS}(?:a )?(?:duplicate|dup|dupe)(?: of)?:?\s*#?(?P<rest>\d{{1,9}})"
    rf"|{_IT_IS}(?:the )?same as #(?P<same>\d{{1,9}})",
    Meaning.REROUTE: r"(?:this is the )?wrong channel"
    r"|(?:please ask|better asked|asked|i(?:['’]?ll| will) ask|moved|rerouted|goes on)(?: this| it)?"
    r" (?:in|to) #(?P<rest>[\w-]+)(?: instead)?",
}
_TROUBLE = r"(?:the )?(?:same )?(?:problem|issue|error|trouble|outage)"
_BACK = re.compile(
    rf"it['’]?s back(?: again)?|it is back(?: again)?|{_TROUBLE} (?:is|['’]s) back|{_TROUBLE} again|it happened again"
    rf"|{_IT_IS}(?:back )?(?:down|broken|failing|happening|not working) again"
    rf"|{_IT_IS}still (?:down|broken|failing|happening|not working|not fixed|not resolved)"
    rf"|{_IT_IS}not (?:fixed|resolved|solved)(?: yet)?|(?:please )?reopen(?: (?:it|this))?",
    re.IGNORECASE,
)


def meaning(words: str) -> tuple[Meaning, str] | None:
    """Give what a whole message means, and what it names: a request's number, a channel, a reason; None: nothing.

    `fixed.` and `thanks, it works now` do; `fixed?` and `I fixed something else` do not.
    """
    said = _plain(words)
    for one, pattern in _SAID.items():
        found = re.fullmatch(pattern, said, re.IGNORECASE)
        if found is not None:
            return one, next((rest.strip() for rest in found.groupdict().values() if rest), "")
    return None


def is_back(words: str) -> bool:
    """Say whether a whole message says that the trouble is there again, in the thread of what was over.

    `it is back up` does not, and nothing with thanks: whoever thanks for it means the service.
    """
    has_thanks = re.search(rf"\b{_THANKS}\b", words, re.IGNORECASE) is not None
    return not has_thanks and _BACK.fullmatch(_plain(words)) is not None


def _plain(words: str) -> str:
    """Give words without thanks around them, signs and full stops; empty where they are too many to be meant so."""
    found = _AROUND.fullmatch(_SIGNS.sub(" ", words).strip(" .,!\n\t")) if len(words) <= LONGEST else None
    return " ".join(found.group(1).split()) if found is not None else ""
