"""A message as the triage reads it: bounded, cleaned, cut into sentences and tokens."""

import re
import unicodedata
from functools import lru_cache

HEAD = 1500
TAIL = 500

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd\ud800-\udfff]+")
_BLOB = re.compile(r"[A-Za-z0-9+/=_-]{60,}")
_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "`": " ", "“": '"', "”": '"', "–": "-", "—": " - ", "…": "..."})
_MENTION = re.compile(r"<[@!#][^>\s]{1,80}>|(?<!\S)@[\w.-]+")
_URL = re.compile(r"<?https?://[^\s>|]+(?:\|[^>]*)?>?")
_NAMESPACE = re.compile(
    r"\b(?=[a-z0-9-]*\d)[a-z0-9]{4,12}(?:-[a-z0-9]+){0,3}-(prod|production|dev|test|tools|uat|staging|stage|qa|sandbox)\b"
)
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+(?:[.:]\d+)*|[?!]|[^\w\s\x00-\x7f]")
_SENTENCE = re.compile(r"(?<=[.?!])\s+|\n+")
_LONGEST_WORD = 30
_LOG = re.compile(
    r"""\s*(?:at\s+[\w$.<>]+\(|File\ "|Traceback\ \(|Caused\ by:|\.\.\.\ \d+\ more|[\w.$]*(?:Exception|Error)\b:
    |\[?(?:ERROR|WARN(?:ING)?|INFO|DEBUG|FATAL|TRACE)\b|\[?\d{4}[-/]\d\d[-/]\d\d[T\ ]|\d\d:\d\d:\d\d|npm\ ERR!
    |Warning\s+\w+\s+\d|[A-Z]\d{4}\ \d\d:|goroutine\ \d|\#\d+\s)""",
    re.VERBOSE,
)
_MOST_LINES = 0.9  # what is left of a long message was cut within lines
STAND_INS = ("blobtext", "urlname", "mentionname", "namespacename")  # for what no word of it is read
_STAND_IN = re.compile(r"\b(?:blobtext|urlname|mentionname|namespacename (?:\w+))\b")
_LETTER = re.compile(r"[^\W\d_]")
_ENDINGS = ("'s", "ing", "ed", "es", "s", "ly", "e")
SHORTEST_STEM = 3
NUMBERS = ("0", "00", "0.0")  # the shapes of numbers: one digit, more digits, parts


def bounded(text: str) -> str:
    """Give what of a text is read: its head and its tail, without what nobody can see."""
    if len(text) > HEAD + TAIL:
        text = text[:HEAD] + "\n" + text[-TAIL:]
    text = unicodedata.normalize("NFKC", _UNSEEN.sub(" ", text))
    return _BLOB.sub(" blobtext ", text).translate(_TYPOGRAPHY)


def tokens(text: str) -> tuple[str, ...]:
    """Give the tokens of a text in lower case: words, numbers by their shape, `?`, `!` and emoji."""
    return tuple(_shape(word) for word in _TOKEN.findall(text))


def _shape(word: str) -> str:
    if not word[0].isdigit():
        return word[:_LONGEST_WORD]
    if len(word) == len("503") and word[0] in "45" and word.isdigit():
        return word
    if not word.isdigit():
        return NUMBERS[2]
    return NUMBERS[0] if len(word) == 1 else NUMBERS[1]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Give a word without its commonest English ending. The same words come again and again."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word[: -len(ending)]
    return word


class Message:
    """One message, cleaned and cut.

    raw: what is read of the text. plain: it in lower case, without addresses, mentions and names of namespaces.
    namespaces: the environments that these names end on. sentences: the tokens, sentence by sentence.
    is_pasted: nothing in it is said by its author; it is a link, a blob or lines of a log and no more.
    """

    __slots__ = ("is_pasted", "namespaces", "plain", "raw", "sentences")

    def __init__(self, text: str) -> None:
        self.raw = bounded(text)
        plain = _MENTION.sub(" mentionname ", _URL.sub(" urlname ", self.raw)).lower()
        self.namespaces = tuple(match[1] for match in _NAMESPACE.finditer(plain))
        self.plain = _NAMESPACE.sub(r" namespacename \1 ", plain) if self.namespaces else plain
        self.is_pasted = _is_pasted(self.raw, self.plain)
        cut = (tokens(piece) for piece in _SENTENCE.split(self.plain))
        self.sentences = tuple(sentence for sentence in cut if sentence)


def _is_pasted(raw: str, plain: str) -> bool:
    """Say whether every line of a message is a machine's."""
    if not _LETTER.search(_STAND_IN.sub(" ", plain)):
        return "urlname" in plain or "blobtext" in plain
    lines = [line for line in raw.splitlines() if line.strip()]
    return sum(_LOG.match(line) is not None for line in lines) >= _MOST_LINES * len(lines)
