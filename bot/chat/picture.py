"""A chart drawn as a PNG, when it is sent: legible on a phone, on light and dark pages, and to the colour-blind."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from models.chart import Chart

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

WIDTH, HEIGHT = 1200, 640
LEFT, RIGHT, TOP, BOTTOM = 70, 30, 150, 80
MOST_LINES, FEWEST_SHOWN = 4, 4
PAPER, INK, FAINT, RULE = "#ffffff", "#1b1f24", "#57606a", "#d8dee4"
COLOURS = ("#b5340c", "#2f6fb3", "#8fcbb9")
"""Dark, middle and light, so that they differ in grey too; red, blue and green apart for every kind of sight."""

EDGE = {COLOURS[2]: "#3d7a68"}
"""A light colour needs an edge to stand out from the paper."""

STRIPE = 9
TITLE, WORDS, SMALL = 34, 26, 22


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the columns stand. step: the width of one with its gap. top: the number at the upper edge."""

    step: float
    top: int

    def left(self, column: int) -> float:
        return LEFT + self.step * (column + 0.12)

    def right(self, column: int) -> float:
        return LEFT + self.step * (column + 0.88)

    def height(self, number: float) -> float:
        """Give how far down a number lies."""
        return HEIGHT - BOTTOM - number / self.top * (HEIGHT - BOTTOM - TOP)


def png(chart: Chart) -> bytes:
    """Give a chart as a PNG, the same for the same chart."""
    from PIL import Image, ImageDraw  # it takes a tenth of a second to load

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    frame = _frame(chart)
    draw.rectangle((0, 0, WIDTH - 1, HEIGHT - 1), outline=RULE)
    draw.text((LEFT, 24), chart.title, fill=INK, font=_font(TITLE))
    _legend(draw, chart)
    _scale(draw, frame)
    for column in range(len(chart.labels)):
        _column(draw, frame, column, [one.numbers[column] for one in chart.series])
    _labels(draw, frame, chart.labels)
    written = BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def _font(size: int) -> "FreeTypeFont | ImageFont":
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _frame(chart: Chart) -> Frame:
    most = max((sum(column) for column in zip(*(one.numbers for one in chart.series), strict=True)), default=0)
    most = max(most, FEWEST_SHOWN)
    spacing = _spacing(most)
    return Frame((WIDTH - LEFT - RIGHT) / max(1, len(chart.labels)), max(spacing, -(-most // spacing) * spacing))


def _spacing(most: int) -> int:
    """Give the round number between two lines of the scale."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if most <= MOST_LINES * factor * size:
                return factor * size
        size *= 10


def _legend(draw: "ImageDraw", chart: Chart) -> None:
    """Say which colour is what, with how many there were of it in all."""
    at = float(LEFT)
    for number, one in enumerate(chart.series):
        _block(draw, (at, 86, at + 28, 114), number)
        words = f"{one.name} {sum(one.numbers)}"
        draw.text((at + 40, 84), words, fill=INK, font=_font(WORDS))
        at += 40 + draw.textlength(words, font=_font(WORDS)) + 50


def _scale(draw: "ImageDraw", frame: Frame) -> None:
    for number in range(0, frame.top + 1, _spacing(frame.top)):
        y = frame.height(number)
        draw.line((LEFT, y, WIDTH - RIGHT, y), fill=INK if number == 0 else RULE, width=2)
        draw.text((LEFT - 14, y), str(number), fill=FAINT, font=_font(SMALL), anchor="rm")


def _column(draw: "ImageDraw", frame: Frame, column: int, numbers: Sequence[int]) -> None:
    """Draw one column from the bottom up: the gravest kind stands at the bottom, where heights compare."""
    below = 0
    for kind, number in enumerate(numbers):
        if number:
            box = (frame.left(column), frame.height(below + number), frame.right(column), frame.height(below) - 2)
            _block(draw, box, kind)
        below += number


def _block(draw: "ImageDraw", box: tuple[float, float, float, float], kind: int) -> None:
    """Draw a block of a kind; the first has stripes, so that no colour alone says what it is."""
    left, top, right, bottom = map(round, box)
    colour = COLOURS[kind % len(COLOURS)]
    draw.rectangle((left, top, right, max(top, bottom)), fill=colour, outline=EDGE.get(colour, colour), width=2)
    for y in range(bottom - STRIPE, top, -STRIPE) if kind == 0 else ():
        draw.line((left, y, right, y), fill=PAPER, width=2)


def _labels(draw: "ImageDraw", frame: Frame, labels: Sequence[str]) -> None:
    """Write the labels where their groups begin; one that would run into the one before is left out."""
    free = 0.0
    for column, label in enumerate(labels):
        left = LEFT + frame.step * column
        if label and column:
            draw.line((left, TOP, left, HEIGHT - BOTTOM + 10), fill=RULE, width=2)
        if label and left >= free:
            draw.text((left + 4, HEIGHT - BOTTOM + 14), label, fill=FAINT, font=_font(SMALL))
            free = left + draw.textlength(label, font=_font(SMALL)) + 16
