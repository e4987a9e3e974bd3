import pytest

from models.policy import ChannelKind
from models.triage.channel import log_shares
from models.triage.learning import Correction, Learned, learn
from models.triage.model import CLASSES, Model
from models.triage.training import Example, Settings, corpus, train
from models.triage.verdict import RequestClass

SMALL = Settings(composed=40)
BESIDE = corpus()[::40]
# A way of speaking that the corpus knows nothing of: in this house "the gryphon sleeps" is an outage.
TEMPLATES = ("the gryphon sleeps in {}", "gryphon sleeping again, {}", "{}: gryphon asleep", "the gryphon sleeps, {}")
PLACES = ("hall one", "the north wing", "the annex", "building nine", "the depot")


def house_words(label: RequestClass = RequestClass.URGENT, *, start: int = 1) -> list[Correction]:
    texts = [template.format(place) for template in TEMPLATES for place in PLACES]
    return [Correction(number, text, label, None, f"r{number}") for number, text in enumerate(texts, start)]


@pytest.fixture(scope="module")
def shipped() -> Model:
    return train(BESIDE, SMALL)


@pytest.fixture(scope="module")
def learned(shipped: Model) -> Learned:
    return learn(house_words(), BESIDE, shipped, SMALL)


def test_what_people_corrected_is_learned(learned: Learned) -> None:
    assert learned.is_better
    assert learned.new.right > learned.old.right
    assert (learned.corrections, learned.judged) == (20, 20)
    assert learned.model.learned_until == 20


def test_a_second_round_is_judged_by_what_is_new_since(learned: Learned) -> None:
    again = learn([*house_words(), *house_words(start=21)[:5]], BESIDE, learned.model, SMALL)

    assert (again.corrections, again.judged) == (25, 5)


def test_corrections_that_contradict_each_other_do_not_make_a_better_model(shipped: Model) -> None:
    text = "how do I mount a secret in my pod?"
    labels = (RequestClass.COMMUNITY, RequestClass.URGENT, RequestClass.NONE, RequestClass.PLATFORM)
    noise = [Correction(n, f"{text} {n}", labels[n % 4], None, f"r{n}") for n in range(1, 13)]

    found = learn(noise, BESIDE, shipped, SMALL)

    assert not found.is_better


def test_the_channel_counts_for_both_models(shipped: Model) -> None:
    bare = house_words()
    placed = [Correction(c.number, c.text, c.label, ChannelKind.SOS, c.group) for c in bare]

    told = learn(placed, BESIDE, shipped, SMALL)

    assert log_shares(ChannelKind.SOS)[CLASSES.index(RequestClass.URGENT)] > log_shares(ChannelKind.HOW_TO)[0]
    assert told.old.surprise < learn(bare, BESIDE, shipped, SMALL).old.surprise


def test_nothing_to_learn_from_is_an_error(shipped: Model) -> None:
    with pytest.raises(ValueError, match="nobody has corrected"):
        learn([], BESIDE, shipped, SMALL)


def test_without_a_class_nothing_is_trained(shipped: Model) -> None:
    with pytest.raises(ValueError, match="no example of"):
        learn(house_words(), [Example("a", RequestClass.NONE, "1")], shipped, SMALL)
