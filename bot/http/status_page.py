"""The status page as HTML: one document without a script or anything that is loaded from elsewhere."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.resources import files

from bot.http.markup import Markup, element, joined
from handlers.status import Board, Planned, Service, Shown
from handlers.wording import status as wording
from models.status import Day, State, worst

STEP, WIDTH, TALL = 5, 4, 40
HEIGHTS = {State.UNKNOWN: 6, State.WORKING: 20, State.MAINTENANCE: 26, State.DEGRADED: 33, State.DOWN: TALL}
"""How tall the bar of a day is: the worse, the taller, so that nobody has to tell colours apart."""

TROUBLES = (State.DOWN, State.DEGRADED, State.MAINTENANCE)


def style() -> str:
    """Give the style sheet."""
    return files("bot.http.static").joinpath("status.css").read_text(encoding="utf-8")


def policy_of(sheet: str) -> str:
    """Give the Content-Security-Policy of the page: this style sheet, and nothing else at all."""
    digest = b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    nothing = "; ".join(f"{what} 'none'" for what in ("default-src", "base-uri", "form-action", "frame-ancestors"))
    return f"{nothing}; style-src 'sha256-{digest}'"


def html(board: Board, sheet: str, *, is_stale: bool) -> str:
    """Give the page. is_stale: it could not be brought up to date since."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{_headline(board)} – {board.title}"),
        element("link", rel="alternate", type="application/atom+xml", title=board.title, href="status.atom"),
        element("style", Markup(sheet)),
    )
    body = element("body", _header(board, is_stale=is_stale), _main(board), _footer(board))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _headline(board: Board) -> str:
    return wording.headline([(one.name, one.state) for one in board.services], has_other=board.has_other)


def _header(board: Board, *, is_stale: bool) -> Markup:
    states = [*(one.state for one in board.services), *(one.state for one in board.live)]
    warnings = [wording.stale(board.at, board.zone)] if is_stale else []
    if board.blind_since is not None:
        warnings.append(wording.blind(board.blind_since, board.zone, board.at))
    return element(
        "header",
        element("h1", board.title),
        element("p", _headline(board), class_=f"overall {worst(states)}"),
        element("p", _time(board.at, wording.read_at(board.at, board.zone)), class_="quiet"),
        [element("p", one, class_="warn") for one in warnings],
    )


def _main(board: Board) -> Markup:
    return element("main", _live(board), _services(board), _planned(board), _past(board))


def _section(name: str, title: str, *content: Markup) -> Markup:
    return element("section", element("h2", title, id=name), content, aria_labelledby=name)


# -- what is now


def _live(board: Board) -> Markup:
    if not board.live:
        return Markup("")
    return _section("known", wording.OPEN, *(_open(one, board) for one in board.live))


def _open(one: Shown, board: Board) -> Markup:
    zone, now = board.zone, board.at
    lines = [_time(one.opened_at, wording.began(one.opened_at, zone, now))]
    if one.again_at is not None:
        lines.append(_time(one.again_at, wording.again(one.again_at, zone, now)))
    if one.next_update_at is not None and one.next_update_at > now:
        lines.append(_time(one.next_update_at, wording.next_update(one.next_update_at, zone, now)))
    return element(
        "article",
        _top(wording.heading(one.service, one.title, one.state), one.state),
        element("p", one.note) if one.note else None,
        element("p", _spaced(lines), class_="quiet"),
        class_=f"card is {one.state}",
    )


def _top(title: str, state: State, *, is_over: bool = False) -> Markup:
    called = wording.WERE[state] if is_over else wording.NAMES[state]
    name = element("p", called, class_=f"state {state}")
    return element("div", element("h3", title), name, class_="top")


# -- the services


def _services(board: Board) -> Markup:
    if not board.services:
        return Markup("")
    shown = [element("li", _service(one), class_="card") for one in board.services]
    return _section("services", wording.SERVICES, _key(board), element("ul", shown, role="list"))


def _key(board: Board) -> Markup:
    has_gaps = any(day.state is State.UNKNOWN for one in board.services for day in one.days)
    shown = [state for state in State if state is not State.UNKNOWN or has_gaps]
    marks = [element("span", _mark(state), wording.NAMES[state]) for state in shown]
    return element("p", element("span", wording.LEGEND), marks, class_="key")


def _mark(state: State) -> Markup:
    height = HEIGHTS[state]
    bar = element("rect", x=0, y=TALL - height, width=20, height=height, class_=state)
    return element("svg", bar, viewBox=f"0 0 20 {TALL}", aria_hidden="true", focusable="false")


def _service(one: Service) -> Markup:
    ends = (f"{len(one.days)} {wording.AGO}", wording.share(one.share, one.days), wording.TODAY)
    return joined(
        (
            _top(one.name, one.state),
            _bars(one),
            element("p", [element("span", end) for end in ends], class_="ends"),
            _in_words(one.days),
        )
    )


def _bars(one: Service) -> Markup:
    bars = [_bar(number, day, one.days[-1]) for number, day in enumerate(one.days)]
    width = STEP * len(bars) - (STEP - WIDTH)
    return element(
        "svg",
        bars,
        class_="bars",
        viewBox=f"0 0 {width} {TALL}",
        preserveAspectRatio="none",
        role="img",
        aria_label=wording.picture(one.name, one.days),
    )


def _bar(number: int, day: Day, today: Day) -> Markup:
    height = HEIGHTS[day.state]
    told = element("title", wording.day(day, today))
    return element("rect", told, x=STEP * number, y=TALL - height, width=WIDTH, height=height, class_=day.state)


def _in_words(days: Sequence[Day]) -> Markup | None:
    """Give the days that were not like the others, for whoever cannot point at a bar; None where there are none."""
    told = [element("li", wording.day(one, days[-1])) for one in reversed(days) if one.state in TROUBLES]
    if not told:
        return None
    return element("details", element("summary", wording.DAYS_IN_WORDS), element("ul", told, role="list"))


# -- what is planned, and what is over


def _planned(board: Board) -> Markup:
    if not board.planned:
        return Markup("")
    return _section("planned", wording.PLANNED, *(_maintenance(one, board) for one in board.planned))


def _maintenance(one: Planned, board: Board) -> Markup:
    when = _time(one.start, wording.planned(one.start, one.end, board.zone, board.at))
    title = element("h3", wording.maintenance(one.service, one.note))
    return element("article", title, element("p", when, class_="quiet"), class_="card is maintenance")


def _past(board: Board) -> Markup:
    over = sorted(_over(board), key=lambda one: one[0], reverse=True)
    shown = [one for _, one in over] or [element("p", wording.NO_HISTORY, class_="quiet")]
    return _section("past", wording.history(board.history_days), *shown)


def _over(board: Board) -> Iterator[tuple[datetime, Markup]]:
    """Yield what is over, each with when it ended."""
    for one in board.past:
        assert one.resolved_at is not None
        when = _time(one.opened_at, wording.lasted(one.opened_at, one.resolved_at, board.zone, board.at))
        yield (
            one.resolved_at,
            element(
                "article",
                _top(wording.heading(one.service, one.title, one.state), one.state, is_over=True),
                element("p", one.note) if one.note else None,
                element("p", when, class_="quiet"),
                class_="card",
            ),
        )
    for window in board.past_planned:
        yield window.end, _maintenance(window, board)


def _footer(board: Board) -> Markup:
    addresses = (("status.atom", wording.FEED), ("status.json", wording.JSON))
    links = [element("a", name, href=address) for address, name in addresses]
    return element(
        "footer",
        element("p", board.note) if board.note else None,
        element("p", wording.times_are(board.zone, board.at)),
        element("nav", links, class_="links", aria_label=wording.LINKS),
    )


def _time(at: datetime, told: str) -> Markup:
    return element("time", told, datetime=at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _spaced(parts: Sequence[Markup]) -> list[str]:
    return [one for part in parts for one in (part, " ")][:-1]
