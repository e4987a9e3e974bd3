"""What must not be kept: tokens, keys and passwords that people paste into a chat. Source: DESIGN §4, §10."""

import re

MASK = "‹secret›"

_SHAPES = re.compile(
    r"""
      xox[abeprs]-[\w-]{8,} | xapp-[\w-]{8,}              # Slack
    | gh[opsru]_\w{20,} | github_pat_\w{20,}              # GitHub
    | glpat-[\w-]{16,}                                    # GitLab
    | (?:AKIA|ASIA)[0-9A-Z]{16}                           # AWS
    | sha256~[\w-]{30,}                                   # OpenShift
    | eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}               # a JSON web token
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_URL = re.compile(r"(?<=://)([^\s:/@]{1,200}):([^\s/@]{1,200})(?=@)")
_NAMED = re.compile(
    r"(?i)(?<![a-z])((?:pass(?:word|wd)?|secret|token|api[_-]?key|client[_-]?secret)[\"']?\s*[:=]\s*[\"']?)([^\s\"',;]{6,200})"
)
_BEARER = re.compile(r"(?i)(\bbearer\s+)([\w.~+/-]{16,}=*)")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def mask(text: str) -> str:
    """Give a text with what looks like a secret masked, and without control characters and half characters.

    No store should hold those, and PostgreSQL refuses them.
    """
    clean = _UNSTORABLE.sub("", text)
    clean = _SHAPES.sub(MASK, clean)
    clean = _IN_URL.sub(rf"\1:{MASK}", clean)
    clean = _BEARER.sub(rf"\1{MASK}", clean)
    return _NAMED.sub(rf"\1{MASK}", clean)
