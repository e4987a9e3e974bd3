"""The status page over HTTP: made after a change, kept as bytes, and served without asking anybody anything.

A reader costs a look into a dictionary: an outage, when everybody looks, is the worst time to ask the store. So it is
answered before the router is asked, and a thread of its own keeps it true.
"""

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic

import structlog

from bot.clock import Clock
from bot.http import status_feeds, status_page
from bot.http.server import Message, Receive, Send, Served
from bot.intake import where
from bot.store import Store
from handlers import status
from handlers.context import Standing
from handlers.status import Board
from handlers.wording import status as wording
from models.errors import StoreUnavailable

EVERY_SECONDS, REST_SECONDS = 5.0, 2.0
"""The page is made anew so often at least, because another replica may have changed something, and at most."""
STALE_SECONDS = 60.0
RETRY_SECONDS = 10
KINDS = {
    "/status": "text/html; charset=utf-8",
    "/status.json": "application/json",
    "/status.atom": "application/atom+xml; charset=utf-8",
}
CACHED = b"public, max-age=10, stale-while-revalidate=30, stale-if-error=300"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Form:
    """One page in one encoding, as it is sent. started: the answer with the body; unchanged: the one without."""

    etag: bytes
    started: Message
    unchanged: Message
    body: Message


@dataclass(frozen=True, slots=True)
class Page:
    """One page, plain and packed."""

    plain: Form
    packed: Form


Pages = Mapping[str, Page]


@dataclass(frozen=True, slots=True)
class Edition:
    """All pages of one board. fresh: as it is; stale: for when nothing was heard of the store any more."""

    board: Board
    fresh: Pages
    stale: Pages


class StatusPages:
    """Keeps the status page, and serves it. standing: gives what stands now, as a reload may replace it.

    rest_seconds: it is not made anew within so long. stale_seconds: after so long without a look it says so.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        standing: Callable[[], Standing],
        *,
        rest_seconds: float = REST_SECONDS,
        stale_seconds: float = STALE_SECONDS,
    ) -> None:
        self._store, self._clock, self._standing = store, clock, standing
        self._rest_seconds, self._stale_seconds = rest_seconds, stale_seconds
        self._sheet = status_page.style()
        self._policy = status_page.policy_of(self._sheet)
        self._edition: Edition | None = None
        self._is_there = True
        self._looked_at = monotonic()
        self._one_at_a_time = threading.Lock()
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="status", daemon=True)

    # -- keeping it

    def start(self) -> None:
        """Make the page, and keep it true from now on."""
        self.refresh()
        self._thread.start()

    def stop(self) -> None:
        """Let the page be as it is."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    @property
    def edition(self) -> Edition | None:
        """What is served now; None where there is nothing yet, or no page at all."""
        return self._edition

    def touch(self) -> None:
        """Say that something may have changed; returns at once."""
        self._wake.set()

    def refresh(self) -> None:
        """Make the page anew, if anything of it changed. While the store is away it stays as it is."""
        with self._one_at_a_time:
            try:
                board = self._look()
            except StoreUnavailable as error:
                log.warning("status.store_unavailable", reason=str(error))
                return
            except Exception as error:  # noqa: BLE001 - one of the four places: a fault of ours leaves the old page
                log.error("status.not_made", where=where(error))
                return
            self._is_there = board is not None
            if board is None:
                self._edition = None
            elif self._edition is None or self._edition.board != board:
                self._edition = self._made(board)
            self._looked_at = monotonic()

    def _look(self) -> Board | None:
        standing = self._standing()
        if standing.policy.status is None:
            return None
        with self._store.reading() as session:
            return status.look(session, standing, self._clock.now())

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(EVERY_SECONDS)
            self._wake.clear()
            if not self._stopping.is_set():
                self.refresh()
            self._stopping.wait(self._rest_seconds)

    def _made(self, board: Board) -> Edition:
        atom = status_feeds.atom(board)
        fresh, stale = (
            {
                path: self._page(path, text)
                for path, text in (
                    ("/status", status_page.html(board, self._sheet, is_stale=is_stale)),
                    ("/status.json", status_feeds.as_json(board, is_stale=is_stale)),
                    ("/status.atom", atom),
                )
            }
            for is_stale in (False, True)
        )
        return Edition(board, fresh, stale)

    def _page(self, path: str, text: str) -> Page:
        body = text.encode()
        etag = hashlib.sha256(body).hexdigest()[:32]
        packed = gzip.compress(body, compresslevel=6, mtime=0)
        return Page(
            self._form(path, body, f'"{etag}"', ""),
            self._form(path, packed, f'"{etag}-gzip"', "gzip"),
        )

    def _form(self, path: str, body: bytes, etag: str, encoding: str) -> Form:
        kept = [*self._headers(path), (b"etag", etag.encode())]
        of_body = [(b"content-type", KINDS[path].encode()), (b"content-length", str(len(body)).encode())]
        if encoding:
            of_body.append((b"content-encoding", encoding.encode()))
        return Form(
            etag=etag.encode(),
            started={"type": "http.response.start", "status": 200, "headers": [*of_body, *kept]},
            unchanged={"type": "http.response.start", "status": 304, "headers": kept},
            body={"type": "http.response.body", "body": body},
        )

    def _headers(self, path: str) -> Iterator[tuple[bytes, bytes]]:
        yield b"cache-control", CACHED
        yield b"vary", b"accept-encoding"
        yield b"x-content-type-options", b"nosniff"
        yield b"referrer-policy", b"no-referrer"
        if path == "/status":
            yield b"content-security-policy", self._policy.encode()
        else:
            yield b"access-control-allow-origin", b"*"  # it is public, and others may want to show it

    # -- serving it

    def before(self, app: Served) -> Served:
        """Give an application that answers the status page itself, and leaves all else to another one."""

        async def served(scope: Message, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"].startswith("/status"):
                answer = self._answer(scope)
                if answer is not None:
                    for message in answer:
                        await send(message)
                    return
            await app(scope, receive, send)

        return served

    def _answer(self, scope: Message) -> tuple[Message, Message] | None:
        """Give what is sent; None where something else is asked for."""
        path: str = scope["path"]
        if path == "/status/" and self._is_there:
            return _short(308, "", (b"location", b"../status"))
        if path not in KINDS:
            return None
        if not self._is_there:
            return _short(404, '{"detail":"Not Found"}')
        if scope["method"] not in ("GET", "HEAD"):
            return _short(405, "", (b"allow", b"GET, HEAD"))
        edition = self._edition
        if edition is None:
            return _short(503, wording.NOT_THERE_YET, (b"retry-after", str(RETRY_SECONDS).encode()))
        is_stale = monotonic() - self._looked_at > self._stale_seconds
        return _given((edition.stale if is_stale else edition.fresh)[path], scope)


_EMPTY: Message = {"type": "http.response.body", "body": b""}


def _given(page: Page, scope: Message) -> tuple[Message, Message]:
    accepted = known = b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepted = value
        elif name == b"if-none-match":
            known = value
    form = page.packed if b"gzip" in accepted and b"gzip;q=0" not in accepted.replace(b" ", b"") else page.plain
    if known and (known == b"*" or form.etag in known):
        return form.unchanged, _EMPTY
    return form.started, _EMPTY if scope["method"] == "HEAD" else form.body


def _short(code: int, text: str, *headers: tuple[bytes, bytes]) -> tuple[Message, Message]:
    body = text.encode()
    kind = b"application/json" if text.startswith("{") else b"text/plain; charset=utf-8"
    told = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    return (
        {"type": "http.response.start", "status": code, "headers": [*told, *headers]},
        {"type": "http.response.body", "body": body},
    )
