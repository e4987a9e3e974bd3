"""Training from the store: what people corrected, a new model, and the better one of both."""

from collections.abc import Collection, Iterator

from bot.model_file import ModelFile
from bot.settings import Settings
from bot.store import Store
from models.errors import ConfigError
from models.policy import ChannelKind
from models.records import request as records
from models.triage.learning import Correction, Learned, Score, learn
from models.triage.model import Model
from models.triage.training import Example, corpus


def file_of(settings: Settings) -> ModelFile:
    """Give the file of the learned model. Raises ConfigError where the configuration names none."""
    file = ModelFile.of(settings)
    if file is None:
        raise ConfigError("triage.model: name the file in which the learned model is kept")
    return file


def corrections(settings: Settings) -> list[Correction]:
    """Give what people corrected, the oldest first."""
    store = Store(settings.database.url)
    try:
        problem = store.revision_problem()
        if problem is not None:
            raise ConfigError(problem)
        with store.reading() as session:
            return [_correction(one) for one in records.examples(session)]
    finally:
        store.close()


def _correction(one: records.LabelledExample) -> Correction:
    kind = ChannelKind(one.channel_kind) if one.channel_kind else None
    return Correction(one.id, one.text, one.label, kind, f"request {one.request_id or one.id}")


def train(settings: Settings, more: list[Example]) -> Learned:
    """Give a model that learned from the store beside the corpus; it is put into place where it is the better one.

    Raises ConfigError where there is nothing to learn from.
    """
    file = file_of(settings)
    try:
        learned = learn(corrections(settings), [*corpus(), *more], file.load())
    except ValueError as error:
        raise ConfigError(str(error)) from error
    if learned.is_better:
        file.save(learned.model)
    return learned


def learn_without(settings: Settings, forgotten: Collection[int]) -> bool | None:
    """Learn anew without some examples, and keep no model that may hold their words.

    forgotten: the numbers of the examples. Gives whether a learned model judges after it; None where nothing had been
    learned. Where nothing better than the shipped model comes of it, or training is not installed, that one judges.
    """
    file = ModelFile.of(settings)
    if file is None or not file.has_learned:
        return None
    kept = [one for one in corrections(settings) if one.number not in forgotten]
    try:
        learned = learn(kept, corpus(), Model.load())
        model = learned.model if learned.is_better else None
    except (ValueError, ModuleNotFoundError):
        model = None
    file.replace_all(model)
    return model is not None


def report(learned: Learned, file: ModelFile) -> Iterator[str]:
    """Give what came of it as lines of text."""
    yield f"{learned.corrections} corrections; held back by fifths, and judged: {learned.judged}"
    yield f"{'':<6}{'right':>8}{'surprise':>10}"
    for name, score in (("old", learned.old), ("new", learned.new)):
        yield _row(name, score)
    if learned.is_better:
        yield f"the new model is better, and judges after a restart or SIGHUP: {file.path}"
        yield "to take it back: watchbill train --rollback --config FILE"
    else:
        yield "the new model is not better: the old one stays"


def _row(name: str, score: Score) -> str:
    return f"{name:<6}{score.right:>8.3f}{score.surprise:>10.3f}"
