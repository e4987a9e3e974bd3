"""The files of an export: of a zip archive, of a directory, or one alone. They are opened one after the other."""

import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from bot.exports.post import ExportError


class Folder(ABC):
    """Named files with their sizes in bytes."""

    sizes: dict[str, int]

    @abstractmethod
    def open(self, name: str) -> IO[bytes]:
        """Open a file."""

    def named(self, ending: str) -> list[str]:
        """Give the names of the files that end so, in order."""
        return sorted(name for name in self.sizes if name.endswith(ending))


class _Directory(Folder):
    def __init__(self, path: Path) -> None:
        self._path = path
        files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
        self._base = path.parent if path.is_file() else path
        self.sizes = {each.relative_to(self._base).as_posix(): each.stat().st_size for each in files}

    def open(self, name: str) -> IO[bytes]:
        return (self._base / name).open("rb")


class _Archive(Folder):
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.sizes = {each.filename: each.file_size for each in archive.infolist() if not each.is_dir()}

    def open(self, name: str) -> IO[bytes]:
        return self._archive.open(name)


@contextmanager
def opened(path: Path) -> Iterator[Folder]:
    """Open an export. Raises ExportError for an archive that is damaged, OSError where there is nothing."""
    if not (path.is_file() and zipfile.is_zipfile(path)):
        path.stat()
        yield _Directory(path)
        return
    try:
        with closing(zipfile.ZipFile(path)) as archive:
            yield _Archive(archive)
    except zipfile.BadZipFile as error:
        raise ExportError(f"{path}: {error}") from error
