"""The log: one line of JSON for each thing, on stderr, with ids and never anybody's words.

Exceptions of libraries quote what they choke on, which may be what a customer wrote. So of a failure only its type, its place and
its code are logged, with the sentence of an error of our own: those are written to be read. What other libraries log
goes through the same hands.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any, TextIO

import structlog

from bot.errors import BotError
from handoff.errors import HandoffError
from nlu.errors import NluError

OURS = (BotError, HandoffError, NluError)
_FIRST_FRAMES, _LAST_FRAMES = 8, 24
"""Of a long traceback: a recursion without end has a thousand frames that say nothing new."""
_CODE = re.compile(r"[A-Z0-9_]{1,40}")

log = structlog.get_logger(__name__)


def set_up_logs(level: str, stream: TextIO = sys.stderr) -> None:
    """Send everything this process logs, of whatever library, to `stream`; stdout belongs to the commands."""
    number = getattr(logging, level.upper())
    on_screen = stream.isatty()
    write = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback) if on_screen else None
    render = write or structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_formatted),
            without_exceptions,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Foreign(render))
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)
    # It complains of every request it cannot read, and so lets strangers fill the log; what our own doors cannot do, they log.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    sys.excepthook = _ended_by
    sys.unraisablehook = _unraisable
    threading.excepthook = _thread_failed


def failure(error: BaseException) -> str:
    """What a log may say of an exception and all that led to it: types, places and codes, and the sentences of our own errors."""
    told: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        told.append("\n".join([*_frames(current.__traceback__), _title(current), *_parts(current)]))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\nwhich led to\n".join(reversed(told))


def loop_failure(_loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """An event loop's exception handler: its own would print tasks and arguments with everything in them."""
    task = context.get("task") or context.get("future")
    coroutine = task.get_coro() if isinstance(task, asyncio.Task) else None
    of = getattr(coroutine, "__qualname__", None)
    log.error("loop_failure", what=_plain(str(context.get("message", ""))), of=of, exc_info=context.get("exception"))


def without_exceptions(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor: an exception given as a value is named, not quoted."""
    for name, value in event.items():
        if isinstance(value, BaseException):
            event[name] = _title(value)
    return event


class _Foreign(logging.Formatter):
    """What other libraries log, as one of our lines: the template they wrote, without the values they put in."""

    def __init__(self, render: structlog.typing.Processor) -> None:
        super().__init__()
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        template = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        event: MutableMapping[str, Any] = {
            "event": _plain(template) if record.name == "asyncio" else template.partition("\n")[0],
            "logger": record.name,
            "level": record.levelname.lower(),
            "at": f"{record.module}:{record.lineno}",
        }
        if record.exc_info and record.exc_info[1] is not None:
            event["exception"] = failure(record.exc_info[1])
        return str(self._render(None, record.levelname.lower(), structlog.processors.TimeStamper("iso")(None, "", event)))


def _formatted(exc_info: structlog.typing.ExcInfo) -> str:
    return failure(exc_info[1])


def _frames(start: TracebackType | None) -> list[str]:
    frames = [
        f"  {frame.f_globals.get('__name__', '?')}:{line} in {frame.f_code.co_qualname}"
        for frame, line in traceback.walk_tb(start)
    ]
    left_out = len(frames) - _FIRST_FRAMES - _LAST_FRAMES
    if left_out > 0:
        frames[_FIRST_FRAMES:-_LAST_FRAMES] = [f"  ... {left_out} more"]
    return frames


def _title(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, OURS):
        return f"{name}: {error}"
    code = _code(error)
    return f"{name} [{code}]" if code else name


def _code(error: BaseException) -> str:
    """What a system or a database calls this failure, such as ENOSPC, SQLITE_FULL or 40P01."""
    if isinstance(error, OSError):
        return errno.errorcode.get(error.errno or 0, "")
    given = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    return given if isinstance(given, str) and _CODE.fullmatch(given) else ""


def _parts(error: BaseException) -> list[str]:
    if not isinstance(error, BaseExceptionGroup):
        return []
    return [f"| {line}" for one in error.exceptions for line in failure(one).splitlines()]


def _plain(message: str) -> str:
    """The words asyncio itself begins a message with; after them come tasks, callbacks and their arguments."""
    found = re.match("[A-Za-z ]*", message.partition(" in callback")[0])
    return found[0].strip() if found else ""


def _ended_by(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
        return
    log.critical("ended_by_failure", exc_info=error)


def _unraisable(failed: sys.UnraisableHookArgs) -> None:
    log.error("failure_nobody_could_hear", exc_info=failed.exc_value)


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_type is not SystemExit:
        log.error("thread_failed", thread=failed.thread.name if failed.thread else "", exc_info=failed.exc_value)
