"""Who may speak with the local chat: a browser on this machine, from the chat's own page.

The chat asks for no password, so a page elsewhere must not reach it, neither by posting across sites nor by a name
that it lets point to this machine; nor may another machine, which can write any name there. Source: Fetch Metadata and
Origin as in the WHATWG Fetch standard; DNS rebinding is held off by the Host header, other machines by their address.
"""

from urllib.parse import urlsplit

from fastapi import Request

from bot.loopback import is_loopback

_READING = frozenset({"GET", "HEAD"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def refusal(request: Request) -> str | None:
    """Give why a request is refused; None: it may pass."""
    if request.client is None or not is_loopback(request.client.host):
        return "The local chat answers only browsers on the machine that it runs on."
    host = request.headers.get("host", "")
    if not is_loopback(_hostname(host)):
        return "The local chat answers only under the address of this machine itself, such as 127.0.0.1."
    if request.method in _READING:
        return None
    origin = request.headers.get("origin")
    if origin is not None and origin != f"{request.url.scheme}://{host}":
        return "The local chat takes nothing from other pages."
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return "The local chat takes nothing from other pages."
    return None


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
