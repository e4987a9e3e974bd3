"""An evaluation as plain text for a terminal."""

from collections.abc import Iterator

from models.triage.evaluation import Evaluation, Figure, Figures


def render(evaluation: Evaluation) -> str:
    """Give the figures as lines of text: on the rows that readers agree on, then on all; the text alone comes last."""
    parts = list(_blocks(evaluation, ""))
    if evaluation.text_alone:
        parts += _blocks(evaluation.text_alone, "by the text alone, ")
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _blocks(evaluation: Evaluation, kind: str) -> Iterator[Iterator[str]]:
    if evaluation.agreed:
        yield _block(f"{kind}rows on which both readers agree", evaluation.agreed)
    yield _block(f"{kind}all rows", evaluation.all)


def _block(title: str, figures: Figures) -> Iterator[str]:
    yield f"{title}: {figures.rows}"
    yield _line("accuracy", figures.accuracy)
    yield _line("macro-F1", figures.macro_f1)
    yield _line("urgent recall", figures.urgent_recall)
    yield _line("  pinged at once", figures.urgent_paged)
    yield _line("  asked", figures.urgent_asked)
    yield _line("  neither", figures.urgent_missed)
    yield _line("false pings per 100", figures.false_pings_per_100, digits=1)
    yield _line("share asked", figures.asked)
    yield ""
    yield f"{'class':<12}{'rows':>6}{'precision':>11}{'recall':>8}{'F1':>7}"
    for name, each in figures.classes.items():
        yield f"{name:<12}{each.rows:>6}{each.precision:>11.3f}{each.recall:>8.3f}{each.f1:>7.3f}"
    yield ""
    yield f"{'confidence':<12}{'rows':>6}{'said':>11}{'right':>8}"
    for row in figures.reliability:
        yield f"{row.low:.1f}-{row.high:.1f}     {row.rows:>6}{row.confidence:>11.3f}{row.right:>8.3f}"
    yield _line("expected calibration error", figures.calibration_interval)


def _line(name: str, figure: Figure, digits: int = 3) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return f"{name:<22} -"
    return f"{name:<22} {figure.value:.{digits}f}  [{figure.low:.{digits}f}, {figure.high:.{digits}f}]"
