"""The service's own log: one JSON object a line on standard error, from an allow-list of keys.

Rules kept here:
- A key that is not on the list is dropped, and ``dropped`` counts such keys. So no value, token,
  address, query string or path can slip in by a careless call.
- What happened is a fixed word such as ``request``; never a sentence with something put into it.
- Of a library's record only its logger, level, place and kind of error are kept: its message may
  hold what was sent.
- The log is for operators. What happened to a person's data is in the ledger, and only there. So a
  log that cannot be written (a full disk, a closed pipe) fails no request and stops no chore.

Use::

    configure(sys.stderr)
    log = logger()
    log.info("request", method="POST", route="/v1/offers", status=202, ms=3)
"""

import logging
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from typing import TextIO, cast

import orjson
import structlog

KEYS = frozenset(
    {
        "at",
        "batch",
        "company",
        "count",
        "dropped",
        "error",
        "event",
        "level",
        "logger",
        "method",
        "mode",
        "ms",
        "request",
        "route",
        "size",
        "state",
        "status",
        "store",
        "version",
        "where",
    }
)


def configure(stream: TextIO) -> None:
    """Send our own records and every library's to ``stream``; call once, at the start."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _name_the_error,
            only_allowed,
            structlog.processors.JSONRenderer(serializer=_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Unfailing(stream))),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[LibraryRecords()], level=logging.WARNING, force=True)


class _Unfailing:
    """A stream whose failures stay its own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        with suppress(OSError, ValueError):  # ValueError: the stream is closed
            self._stream.write(line)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def logger() -> structlog.typing.FilteringBoundLogger:
    """A logger whose keys are checked against the list."""
    return cast("structlog.typing.FilteringBoundLogger", structlog.get_logger())


def only_allowed(
    _: object, __: str, record: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """A processor: drop what is not on the list and count it."""
    kept = {key: value for key, value in record.items() if key in KEYS}
    if len(kept) < len(record):
        kept["dropped"] = len(record) - len(kept)
    return kept


class LibraryRecords(logging.Handler):
    """Turns a record of the standard library's logging into one of ours, without its message."""

    def emit(self, record: logging.LogRecord) -> None:
        """Where it came from and what kind of error it carries; nothing of what it says."""
        error = record.exc_info[1] if record.exc_info else None
        told: dict[str, object] = {"logger": record.name}
        told["where"] = place_of(error) if error else f"{record.module}:{record.lineno}"
        if error:
            told["error"] = type(error).__name__
        logger().log(max(record.levelno, logging.INFO), "library", **told)


def place_of(error: BaseException) -> str:
    """``module.py:line`` where ``error`` was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "unknown"


def _name_the_error(
    _: object, __: str, record: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Of an exception keep its kind and place; its words and its stack may hold a value."""
    error = record.pop("exc_info", None)
    if isinstance(error, BaseException):
        record["error"], record["where"] = type(error).__name__, place_of(error)
    return record


def _json(record: object, **_: object) -> str:
    return orjson.dumps(record).decode()
