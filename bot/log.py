"""Structured logs: one JSON line an event, or readable lines on a terminal. Never a message's text, never a token."""

import logging
import sys

import structlog

_NOISY = ("slack_bolt", "slack_sdk", "apscheduler", "uvicorn", "alembic", "urllib3")


def configure(*, is_readable: bool, level: int = logging.INFO) -> None:
    """Set up the logs of this process, on standard error.

    is_readable: lines for a person instead of JSON. The libraries' own logs are kept from WARNING on, because some
    of them write whole payloads below that.
    """
    renderer = structlog.dev.ConsoleRenderer(colors=False) if is_readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
