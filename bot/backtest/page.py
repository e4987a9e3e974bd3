"""The report of a backtest as one HTML file: plots and tables, nothing loaded from anywhere."""

from collections.abc import Iterable, Sequence
from html import escape

from bot.backtest.summary import Summary, wait_rows

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --soft: #5b6b7a; --line: #d5dce3; --bar: #2f6f9f; --page: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9fb0c0; --line: #33414e; --bar: #6db3e8; --page: #10161c; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); margin: 2rem auto;
  max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
.figures { display: flex; flex-wrap: wrap; gap: 1.5rem; padding: 0; list-style: none; }
.figures b { display: block; font-size: 1.7rem; font-variant-numeric: tabular-nums; }
.figures span, .note { color: var(--soft); }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: var(--soft); }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; } rect { fill: var(--bar); } text { fill: var(--soft); font-size: 11px; }
.axis { stroke: var(--line); } td.words { overflow-wrap: anywhere; white-space: pre-wrap; }
.scroll { overflow-x: auto; }
"""
_WIDTH, _HEIGHT, _FLOOR = 860, 190, 160
_MOST_BARS = 120


def page(found: Summary, title: str) -> str:
    """Give the report. title: what was read."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Backtest of {escape(title)}</title><style>{_STYLE}</style></head><body>
<h1>What Watchbill would have done</h1>
<p class="note">{escape(title)}; times are those of {escape(found.zone)}. Nothing was posted, and nothing left this
machine.</p>
<ul class="figures">{"".join(_figure(*one) for one in _figures(found))}</ul>
<h2>Pings a day</h2>{_bars(*_by_span(found.days), "Pings a day")}
<h2>Pings by the hour of the day</h2>{_bars([f"{hour:02}" for hour in range(24)], found.hours, "Pings an hour")}
<h2>Channels</h2>{_table(found.channels)}
<h2>Time to the first answer today</h2>
<p class="note">Of another person, in the request's thread. Answers outside threads are not seen.</p>
{_table(wait_rows(found))}
<h2>The most doubtful messages</h2>{_table(_doubts(found))}
</body></html>
"""


def _figures(found: Summary) -> Iterable[tuple[str, str]]:
    yield f"{found.read:,}", "messages read"
    yield f"{found.judged:,}", "judged"
    yield from ((f"{count:,}", name) for name, count in found.requests.items())
    yield f"{found.pings:,}", "pings"
    if found.pings_a_day is not None:
        yield f"{found.pings_a_day:.2f}", "pings a day"
    yield f"{found.questions:,}", "questions to authors"
    if found.faults:
        yield f"{found.faults:,}", "could not be read"


def _figure(value: str, name: str) -> str:
    return f"<li><b>{escape(value)}</b><span>{escape(name)}</span></li>"


def _doubts(found: Summary) -> list[dict[str, object]]:
    return [
        {
            "message": one.text,
            "channel": one.channel,
            "said": f"{one.said} {one.confidence:.2f}",
            "or": str(one.runner_up),
        }
        for one in found.doubtful
    ]


def _table(rows: Sequence[dict[str, object]]) -> str:
    if not rows:
        return '<p class="note">None.</p>'
    head = "".join(f"<th{_numeric(value)}>{escape(name)}</th>" for name, value in rows[0].items())
    body = "".join(f"<tr>{''.join(_cell(name, value) for name, value in row.items())}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(name: str, value: object) -> str:
    kind = ' class="words"' if name == "message" else _numeric(value)
    return f"<td{kind}>{escape(str(value))}</td>"


def _numeric(value: object) -> str:
    return ' class="n"' if isinstance(value, int) else ""


def _by_span(days: Sequence[tuple[str, int]]) -> tuple[list[str], list[float]]:
    """Give a bar a day; where they are too many, one for several days with their mean."""
    width = max(1, -(-len(days) // _MOST_BARS))
    spans = [days[at : at + width] for at in range(0, len(days), width)]
    return [each[0][0] for each in spans], [sum(count for _, count in each) / len(each) for each in spans]


def _bars(names: Sequence[str], values: Sequence[float], title: str) -> str:
    if not names:
        return '<p class="note">No times are told.</p>'
    most = max(values) or 1
    step = _WIDTH / len(names)
    every = max(1, -(-len(names) // 10))
    bars, words = [], []
    for at, (name, value) in enumerate(zip(names, values, strict=True)):
        height = (_FLOOR - 20) * value / most
        bars.append(
            f'<rect x="{at * step + 1:.1f}" y="{_FLOOR - height:.1f}" width="{max(1.0, step - 2):.1f}" '
            f'height="{height:.1f}"><title>{escape(name)}: {value:g}</title></rect>'
        )
        if at % every == 0:
            words.append(f'<text x="{at * step + 1:.1f}" y="{_FLOOR + 16}">{escape(name)}</text>')
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f'<line class="axis" x1="0" x2="{_WIDTH}" y1="{_FLOOR}" y2="{_FLOOR}"/>'
        f'<text x="0" y="12">at most {most:g}</text>{"".join(bars)}{"".join(words)}</svg>'
    )
