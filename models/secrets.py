"""What must not be kept: tokens, keys and passwords that people paste into a chat. Source: DESIGN §4, §10.

Three ways tell a secret: its own shape, as the vendors document their tokens; the name that it stands behind; and the
place that it stands in, as between `://` and `@`. No rule is about how random something looks, because hashes, digests
and the names of pods look so too. Each rule begins at a fixed word and reads a bounded length from there, so that the
time is linear in the text's length whatever is in it.
"""

import re
from base64 import b64decode
from collections.abc import Callable

MASK = "‹secret›"

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Control characters, and what turns the direction of writing: cut off in a quote, it would turn what follows."""

_BLOCKS = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r".*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)"
    r"|PuTTY-User-Key-File-\d:.*?(?:Private-MAC: *[0-9a-f]+|\Z)",
    re.DOTALL,
)
"""Private keys, whole; one without its end to the end of the text."""

_SHAPES = re.compile(
    r"""(?<![A-Za-z0-9_])(?:
      xox[abeoprs](?:\.xox[bp])?-[\w-]{8,} | xapp-[\w-]{8,} | xwfp-[\w-]{8,}            # Slack
    | gh[opsru]_\w{20,} | github_pat_\w{20,}                                            # GitHub
    | gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas|ffct)-[\w-]{16,}(?:\.[\w.-]{2,40})?   # GitLab
    | (?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}(?![0-9A-Z])                                   # AWS, the id of a key
    | [A-Za-z0-9_~.]{3}\dQ~[\w~.-]{31,34}                                               # Azure, a client's secret
    | AIza[\w-]{35} | ya29\.[\w-]{20,} | GOCSPX-[\w-]{20,}                              # Google
    | sha256~[\w-]{30,}                                                                 # OpenShift
    | hv[sbr]\.[\w-]{24,}                                                               # Vault
    | npm_[A-Za-z0-9]{30,} | pypi-[\w-]{40,} | rubygems_[0-9a-f]{40,} | dckr_pat_[\w-]{20,} # registries
    | AKC[a-zA-Z0-9]{30,} | cmVmdGtu[A-Za-z0-9]{40,}                                    # Artifactory
    | [rs]k_(?:live|test|prod)_[A-Za-z0-9]{10,} | whsec_[A-Za-z0-9+/=]{20,}             # Stripe
    | SG\.[\w-]{16,64}\.[\w-]{16,64} | SK[0-9a-f]{32}(?![0-9a-f])                       # SendGrid, Twilio
    | sk-(?:ant-|proj-|svcacct-)?[\w-]{20,} | hf_[A-Za-z0-9]{30,}                       # language models
    | do[opr]_v1_[0-9a-f]{60,} | dapi[0-9a-f]{32} | ATATT3[\w=-]{50,} | ATBB[\w]{24,}   # DigitalOcean … Atlassian
    | glc_[\w+/=]{30,} | glsa_[A-Za-z0-9]{30,}_[0-9a-f]{8} | NRAK-[A-Z0-9]{20,}         # Grafana, New Relic
    | \d{8,10}:AA[\w-]{32,34}                                                           # Telegram
    | AGE-SECRET-KEY-1[0-9A-Z]{50,} | lin_api_[A-Za-z0-9]{30,} | shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}
    | eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]{4,})?                                        # a JSON web token
    # a private key in base64: -----BEGIN PRIVATE, -----BEGIN RSA PRIVATE …
    | LS0tLS1CRUdJTiB(?:QUklWQVRF|SU0EgUFJJVkFUR|EU0EgUFJJVkFUR|PUEVOU1NI|FQyBQUklWQVRF|FTkNSWVBURUQ)[A-Za-z0-9+/=]+
    )""",
    re.VERBOSE,
)

_HOOKS = re.compile(
    r"((?:hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)"
    r"|discord(?:app)?\.com/api/webhooks/\d{1,30}"
    r"|[\w.-]{1,100}\.webhook\.office\.com/webhookb2)/)[\w@/-]{8,300}"
)
"""Addresses that let whoever knows them post."""

_IN_URL = re.compile(r"(?<=://)([^\s:/@‹›]{0,200}):([^\s/‹›]{1,200})(?=@)")
_ALONE_IN_URL = re.compile(r"(?<=://)(?=[^\s:/@]{0,60}\d)[\w~.%-]{20,200}(?=@)")
_BASIC = re.compile(r"(?i)(?P<name>\bbasic)(?P<gap>\s{1,4})(?P<open>)(?P<value>[A-Za-z0-9+/]{4,400}={0,2})(?![\w+/-])")
_BEARER = re.compile(r"(?i)(\bbearer\s{1,4})([\w.~+/-]{16,4000}={0,2})")
_AWS_PAIR = re.compile(
    r"((?:AKIA|ASIA)[0-9A-Z]{16}[^A-Za-z0-9]{1,10}(?:[A-Za-z_]{1,30}[^A-Za-z0-9]{1,5}){0,3})([A-Za-z0-9+/]{40})(?![\w+/])"
)
_CURL = re.compile(r"(\bcurl\b[^\n]{0,300}?\s(?:-u|--user)[ =]?[\"']?[\w.@-]{1,80}:)([^\s\"'‹›]{1,200})")
_ON_A_SHELL = re.compile(
    r"(\bsshpass\s+-p\s*|\b(?:mysql|mysqldump|mariadb)\b[^\n]{0,80}?\s-p)([^\s\"'‹›-][^\s‹›]{2,100})"
)

_VALUE = r"""(?P<open>["']?)(?P<value>(?<=")[^"\n‹›]{1,4000}|(?<=')[^'\n‹›]{1,4000}|[^\s"',;‹›]{1,4000})"""
_GAP = r"[\"']?[ \t]{0,8}(?:[:=]|=>|:=)[ \t]{0,8}"
_PASSWORD = re.compile(
    r"(?i)(?P<name>password|passwd|passphrase|passwort|(?<![a-z0-9])(?:pass|pwd|psw))"
    rf"(?P<gap>{_GAP}){_VALUE}"
)
_NAMED = re.compile(
    r"(?i)(?P<name>(?:secret|token|credentials?|(?:api|access|secret|private|account|encryption|signing|master|client)"
    r"[_ -]?key(?:[_-]data)?|dockerconfigjson|sessionid|connect\.sid|x-amz-signature"
    r"|(?<![a-z0-9])(?:auth|authorization|sig|signature|session|(?:auth|license)[_ -]?key))"
    r"(?:[_-](?:b64|base64|value))?\d?)"
    rf"(?P<gap>{_GAP}){_VALUE}"
)
_OPTION = re.compile(
    r"(?i)(?P<name>(?<!\S)--?(?:[a-z]{1,20}-){0,3}(?:password|passwd|passphrase|pass|secret|token|(?:api|access|secret)-?key))"
    rf"(?P<gap>[ \t]{{1,4}}){_VALUE}"
)
_SPOKEN = re.compile(
    r"(?i)(?P<name>(?<![a-z0-9])(?:password|passphrase|passwd|pwd|token|secret|api key|pin))"
    rf"(?P<gap>[ \t]+(?:is|was|are)(?:[ \t]*:)?[ \t]+[`*]?){_VALUE}"
)
_PLACEHOLDER = re.compile(
    r"""(?ix) \$\{?[\w.:-]{1,80}\}?[\])]? | \$\(.* | <.*>? | \{\{.* | [*•x.…-]+ | %\w+%? | \[.* | \( .* | /.*
    | (?:null|none|true|false|undefined|nil|empty|redacted|masked|hidden|unset|string|str|secret)[.)\]}]*
    | https?:.* | (?:your|my|some|the|an?)[-_].*"""
)
_PLAIN_WORDS = re.compile(r"[A-Za-z][a-z]*(?:[/.-][a-z]+)*[.!?):…]*")
_OF_A_KUBERNETES_SECRET = re.compile(r"[\"']?kind[\"']?:[ ]{0,4}[\"']?Secret\b")
_ENTRY = re.compile(r"(?m)^([ \t]{1,12}[\w.-]{1,200}:[ \t]{1,8})([A-Za-z0-9+/]{4,20000}={0,2}[ \t]*)$")
_STRING_ENTRY = re.compile(r"(\"[\w.-]{1,200}\"\s{0,4}:\s{0,4}\")([A-Za-z0-9+/]{8,20000}={0,2})(?=\")")
_DATA = re.compile(r"(?m)^[ \t]{0,8}(?:data|stringData):[ \t]*$|[\"'](?:data|stringData)[\"']\s{0,4}:\s{0,4}\{")
_REST_OF_DATA = re.compile(r"(?m)^(?=\S)|\}")


def legible(text: str) -> str:
    """Give a text without control characters, half characters and turns of the direction of writing."""
    return _UNSTORABLE.sub("", text)


def mask(text: str) -> str:
    """Give a text with what looks like a secret masked, and without control characters and half characters.

    No store should hold those, and PostgreSQL refuses them. Linear in the length of the text.
    """
    clean = legible(text)
    clean = _AWS_PAIR.sub(rf"\1{MASK}", clean)
    clean = _BLOCKS.sub(MASK, clean)
    clean = _SHAPES.sub(MASK, clean)
    clean = _HOOKS.sub(rf"\1{MASK}", clean)
    clean = _IN_URL.sub(rf"\1:{MASK}", clean)
    clean = _ALONE_IN_URL.sub(MASK, clean)
    for place in (_BEARER, _CURL, _ON_A_SHELL):
        clean = place.sub(rf"\1{MASK}", clean)
    small = clean.lower()
    for named, hints, is_secret in _BY_NAME:
        if any(hint in small for hint in hints):
            clean = named.sub(_masking(is_secret), clean)
    return _without_kubernetes_data(clean)


def _masking(is_secret: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    """Give what stands in place of a value behind its name: the mask, unless it is none."""

    def masked(found: re.Match[str]) -> str:
        value = found["value"]
        is_one = not _PLACEHOLDER.fullmatch(value) and is_secret(value)
        return f"{found['name']}{found['gap']}{found['open']}{MASK}" if is_one else found[0]

    return masked


def _may_be_password(value: str) -> bool:
    """Say whether what stands behind `password:` may be one: anything but the words of a sentence."""
    return len(value) >= 4 and value.lower().rstrip(".,!?):") not in _SAID_OF_PASSWORDS  # noqa: PLR2004


def _may_be_token(value: str) -> bool:
    """Say whether what stands behind `token=` may be one: not words, and no small number."""
    return len(value) >= 6 and _PLAIN_WORDS.fullmatch(value) is None and not _is_count(value)  # noqa: PLR2004


def _has_letters_and_more(value: str) -> bool:
    """Say whether what stands behind `password is` may be one: letters with digits or signs among them."""
    bare = value.rstrip(".,!?):`*")
    is_mixed = any(map(str.isalpha, bare)) and any(not one.isalpha() and one not in "-'’/.:" for one in bare)
    return len(bare) >= 6 and is_mixed  # noqa: PLR2004


def _is_name_and_password(value: str) -> bool:
    """Say whether what stands behind `Basic` is base64 of a name and a password (RFC 7617), and no word."""
    return b":" in b64decode(value + "=" * (-len(value) % 4), validate=False) if len(value) % 4 != 1 else False


def _is_count(value: str) -> bool:
    return value.replace(".", "").replace(":", "").replace("-", "").isdecimal() and len(value) < 12  # noqa: PLR2004


_SAID_OF_PASSWORDS = frozenset(
    (
        *("again", "authentication", "cannot", "change", "changed", "changing", "denied", "does", "doesn't", "expired"),
        *(
            "expires",
            "expiry",
            "forgot",
            "forgotten",
            "from",
            "have",
            "help",
            "incorrect",
            "invalid",
            "missing",
            "must",
        ),
        *(
            "never",
            "nobody",
            "policy",
            "prompt",
            "refused",
            "rejected",
            "required",
            "reset",
            "rotate",
            "rotated",
            "same",
        ),
        *("rotation", "still", "that", "they", "this", "what", "when", "where", "which", "will", "with", "without"),
        *("wrong", "works", "your"),
    )
)
_BY_NAME: tuple[tuple[re.Pattern[str], tuple[str, ...], Callable[[str], bool]], ...] = (
    (_PASSWORD, ("pass", "pwd", "psw"), _may_be_password),
    (_NAMED, ("secret", "token", "credential", "key", "json", "sess", ".sid", "auth", "sig"), _may_be_token),
    (_OPTION, ("--", " -", "\n-"), lambda value: not value.startswith("-") and _may_be_password(value)),
    (_SPOKEN, ("is", "was", "are"), _has_letters_and_more),
    (_BASIC, ("basic",), _is_name_and_password),
)
"""Each rule with what a text must have for it in small letters, because to look for that costs next to nothing."""


def _without_kubernetes_data(text: str) -> str:
    """Give a text with the values of a pasted Kubernetes secret masked, whatever their names are."""
    data = _DATA.search(text) if _OF_A_KUBERNETES_SECRET.search(text) else None
    if data is None:
        return text
    rest = _REST_OF_DATA.search(text, data.end() + 1)
    end = rest.start() if rest is not None else len(text)
    inside = _ENTRY.sub(rf"\1{MASK}", text[data.end() : end])
    inside = _STRING_ENTRY.sub(rf"\1{MASK}", inside)
    return text[: data.end()] + inside + text[end:]
