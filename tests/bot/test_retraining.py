"""Learning from the store: from a person's correction to the model that judges, and back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.app import standing_of
from bot.cli import main
from bot.model_file import ModelFile
from bot.store import Store
from models.errors import ConfigError
from models.records import request as records
from models.records.request import LabelledExample
from models.triage.model import Model
from models.triage.verdict import RequestClass
from tests.bot.configurations import SOUND, settings, written

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
WORDS = "the gryphon sleeps in {}"
PLACES = ("hall one", "the north wing", "the annex", "building nine", "the depot", "the barn", "the old mill")


def called(*words: str | Path, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=stdin)


def configured(directory: Path) -> Path:
    return written(directory, f"{SOUND}database: {{url: 'sqlite:///{directory / 'store.db'}'}}\n")


def keep(config: Path, *texts: str, label: RequestClass = RequestClass.URGENT) -> None:
    store = Store(f"sqlite:///{config.parent / 'store.db'}")
    store.migrate()
    with store.transaction() as session:
        for number, text in enumerate(texts):
            session.add(
                LabelledExample(
                    request_id=None,
                    text=text,
                    channel_kind="sos",
                    label=label,
                    was=RequestClass.COMMUNITY,
                    by="amina",
                    at=NOW + timedelta(minutes=number),
                )
            )
    store.close()


def said_of(config: Path, text: str) -> str:
    return str(json.loads(called("classify", "--config", config, stdin=text.encode()).stdout)["class"])


@pytest.mark.slow
def test_what_is_learned_judges_until_it_is_rolled_back(tmp_path: Path) -> None:
    config = configured(tmp_path)
    keep(config, *(WORDS.format(place) for place in PLACES))
    unseen = WORDS.format("the lighthouse")
    before = said_of(config, unseen)

    trained = called("train", "--from-store", "--config", config)

    assert trained.exit_code == 0, trained.output
    assert "7 corrections; held back by fifths, and judged: 7" in trained.stdout
    assert "the new model is better" in trained.stdout
    assert (before, said_of(config, unseen)) == ("none", "urgent")
    file = ModelFile(tmp_path / "store.db.triage.json")
    assert file.load().learned_until == 7
    assert called("train", "--rollback", "--config", config).exit_code == 0
    assert said_of(config, unseen) == before


def test_of_one_request_the_last_correction_counts_and_blanked_words_are_left_out(store: Store) -> None:
    def example(text: str, request_id: int | None) -> LabelledExample:
        label = RequestClass.PLATFORM if request_id else RequestClass.NONE
        return LabelledExample(
            request_id=request_id, text=text, channel_kind=None, label=label, was=RequestClass.NONE, by="u", at=NOW
        )

    with store.transaction() as session:
        session.add_all([example("one", None), example("", None), example("two", None)])
    with store.reading() as session:
        found = [one.text for one in records.examples(session)]

    assert found == ["one", "two"]


def test_nothing_to_learn_from_is_told_and_changes_nothing(tmp_path: Path) -> None:
    config = configured(tmp_path)
    keep(config)

    result = called("train", "--from-store", "--config", config)

    assert result.exit_code == 1
    assert "nobody has corrected a class yet" in result.stderr
    assert not (tmp_path / "store.db.triage.json").exists()


def test_there_is_nothing_to_roll_back_to_at_first(tmp_path: Path) -> None:
    result = called("train", "--rollback", "--config", configured(tmp_path))

    assert result.exit_code == 1
    assert "nothing to roll back to" in result.stderr


@pytest.mark.parametrize("words", [["--from-store"], ["--rollback"]])
def test_learning_needs_a_configuration(words: list[str]) -> None:
    assert called("train", *words).exit_code == 2


def test_a_store_on_a_server_needs_a_named_file(tmp_path: Path) -> None:
    server = "database: {url: 'postgresql+psycopg://u@localhost/w'}\n"

    assert ModelFile.of(settings(tmp_path, SOUND + server)) is None
    named = ModelFile.of(settings(tmp_path, f"{SOUND}{server}triage: {{model: /var/lib/watchbill/triage.json}}\n"))
    assert named == ModelFile(Path("/var/lib/watchbill/triage.json"))


def test_a_damaged_model_is_named_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "triage.json").write_text('{"format": 99}', encoding="utf-8")
    found = settings(tmp_path, f"{SOUND}triage: {{model: {tmp_path / 'triage.json'}}}\n")

    with pytest.raises(ConfigError, match=r"triage\.json: .*train it again"):
        standing_of(found)


def test_the_model_before_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    file = ModelFile(tmp_path / "triage.json")
    shipped = Model.load()

    file.save(Model(shipped.views, shipped.bias, shipped.calibration, shipped.trained_on, 5))

    assert (file.load().learned_until, Model.parse(file.before.read_text(encoding="utf-8")).learned_until) == (5, 0)
