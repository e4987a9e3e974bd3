"""The model that the bot has learned: one file of numbers that can be read and compared, and the one before it."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.settings import Settings
from models.errors import ConfigError
from models.triage.classifier import Classifier
from models.triage.model import Model


@dataclass(frozen=True, slots=True)
class ModelFile:
    """Where a learned model lies. Without one, the shipped model judges."""

    path: Path

    @classmethod
    def of(cls, settings: Settings) -> "ModelFile | None":
        """Give the file that a configuration names, else the one beside an SQLite store; None where neither is."""
        if settings.policy.triage.model is not None:
            return cls(settings.policy.triage.model)
        url = make_url(settings.database.url)
        is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        return cls(Path(f"{url.database}.triage.json")) if is_file else None

    @property
    def before(self) -> Path:
        """Where the model lies that was replaced last."""
        return self.path.with_name(f"{self.path.name}.before")

    def load(self) -> Model:
        """Give the learned model; the shipped one where nothing was learned. Raises ConfigError for a damaged one."""
        try:
            return Model.parse(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Model.load()
        except ValueError as error:
            raise ConfigError(f"{self.path}: {error}") from error

    def save(self, model: Model) -> None:
        """Put a model into the old one's place, which is kept for `roll_back`."""
        self._write(self.before, self.load().dump())
        self._write(self.path, model.dump())

    def roll_back(self) -> None:
        """Let the model before judge again. Raises ConfigError where there is none."""
        if not self.before.exists():
            raise ConfigError(f"there is nothing to roll back to: no {self.before}")
        self.before.replace(self.path)

    def replace_all(self, model: Model | None) -> None:
        """Put a model into the place of the learned one and of the one before it; None: let the shipped one judge."""
        if model is None:
            self.path.unlink(missing_ok=True)
        else:
            self._write(self.path, model.dump())
        self.before.unlink(missing_ok=True)

    @property
    def has_learned(self) -> bool:
        """Whether there is a learned model, or one before it."""
        return self.path.exists() or self.before.exists()

    @staticmethod
    def _write(path: Path, text: str) -> None:
        """Write a file so that it is there whole or not at all."""
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)


def classifier_of(settings: Settings) -> Classifier:
    """Give the classifier of a configuration: with what was learned, where something was."""
    file = ModelFile.of(settings)
    return Classifier.load() if file is None else Classifier.of(file.load())
