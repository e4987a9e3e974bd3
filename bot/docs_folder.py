"""The folder of Markdown pages that answers are looked for in, read once at the start and on SIGHUP."""

import structlog

from models.knowledge.library import Library
from models.knowledge.section import sections
from models.policy import Policy

log = structlog.get_logger(__name__)

LARGEST = 1_000_000  # bytes of a page; what is larger is no page that somebody wrote


def library_of(policy: Policy) -> Library | None:
    """Give the sections of the docs folder; None where none is configured, or it is away, which is told."""
    docs = policy.docs
    if docs is None:
        return None
    if not docs.folder.is_dir():
        log.warning("docs.missing", folder=str(docs.folder))
        return None
    base = str(docs.url).rstrip("/") + "/"
    pages = sorted(page for page in docs.folder.rglob("*.md") if page.is_file() and page.stat().st_size <= LARGEST)
    return Library(
        section
        for page in pages
        for section in sections(
            page.relative_to(docs.folder).as_posix(), page.read_text(encoding="utf-8", errors="replace"), base
        )
    )
