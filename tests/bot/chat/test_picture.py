"""The picture of numbers, as it is drawn: read back pixel by pixel."""

from io import BytesIO

import pytest
from PIL import Image

from bot.chat.picture import COLOURS, HEIGHT, PAPER, WIDTH, png
from models.chart import Chart, Series


def chart(*numbers: tuple[int, ...]) -> Chart:
    names = ("urgent", "platform", "community")
    days = len(numbers[0])
    return Chart("Requests per day", ("2 Nov", *[""] * (days - 1)), tuple(map(Series, names, numbers)), "words")


def pixels(drawn: bytes) -> Image.Image:
    return Image.open(BytesIO(drawn)).convert("RGB")


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def column(image: Image.Image, at: float) -> list[object]:
    """Give the colours of a column from the bottom up, each once. at: how far to the right, of 1."""
    found: list[object] = []
    for y in range(HEIGHT - 90, 155, -1):
        colour = image.getpixel((round(70 + at * (WIDTH - 100)), y))
        if colour in {rgb(one) for one in COLOURS} and (not found or found[-1] != colour):
            found.append(colour)
    return found


def test_each_column_stacks_what_it_counts_the_gravest_at_the_bottom() -> None:
    image = pixels(png(chart((2, 0), (3, 0), (4, 5))))
    assert image.size == (WIDTH, HEIGHT)
    assert column(image, 0.25) == [rgb(one) for one in COLOURS]
    assert column(image, 0.75) == [rgb(COLOURS[2])]


def test_a_number_twice_as_large_is_twice_as_high() -> None:
    image = pixels(png(chart((0, 0), (10, 20), (0, 0))))
    heights = [
        sum(image.getpixel((round(70 + at * (WIDTH - 100)), y)) == rgb(COLOURS[1]) for y in range(HEIGHT))
        for at in (0.25, 0.75)
    ]
    assert heights[1] == pytest.approx(2 * heights[0], abs=6)


def test_it_is_the_same_for_the_same_numbers() -> None:
    assert png(chart((1,), (2,), (3,))) == png(chart((1,), (2,), (3,)))


@pytest.mark.parametrize("numbers", [((0,), (0,), (0,)), ((100_000,), (1,), (0,)), ((1,) * 60, (0,) * 60, (2,) * 60)])
def test_no_number_is_too_small_or_too_large_to_draw(numbers: tuple[tuple[int, ...], ...]) -> None:
    drawn = png(chart(*numbers))
    assert pixels(drawn).getpixel((WIDTH - 5, HEIGHT - 5)) == rgb(PAPER)
    assert len(drawn) < 100_000


def test_the_colours_differ_in_grey_too() -> None:
    def light(colour: str) -> float:
        red, green, blue = (
            part / 3294 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in rgb(colour)
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05

    urgent, platform, community = map(light, COLOURS)
    assert community / platform > 2
    assert community / urgent > 2
