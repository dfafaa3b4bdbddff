"""What operators see: JSON logs with a trace id, Prometheus metrics on a private port. Never personal data."""

import logging
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final

import orjson
import structlog
from fastapi import Request, Response
from prometheus_client import Counter, Gauge, Histogram, start_http_server
from starlette.types import ASGIApp, Message, Receive, Scope, Send

trace: ContextVar[str] = ContextVar("trace", default="")

REQUESTS: Final = Counter("motcua_requests_total", "Requests answered", ("route", "method", "status"))
SECONDS: Final = Histogram(
    "motcua_request_seconds", "Time to answer", ("route",), buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
)
JOBS: Final = Counter("motcua_jobs_total", "Jobs carried out", ("name", "outcome"))
JOBS_WAITING: Final = Gauge("motcua_jobs_waiting", "Jobs waiting")
JOBS_STUCK: Final = Gauge("motcua_jobs_stuck", "Jobs that need a person")
TIMERS_LATE: Final = Gauge("motcua_timers_late_seconds", "How late the oldest due timer is")
REPLICA_LAG: Final = Gauge(
    "motcua_replica_lag_seconds", "How far the replica is behind; -1 while it does not answer"
)

# What a log line may hold. Everything else is dropped before it is written (goal R35: no personal data in logs).
_ALLOWED: Final = frozenset(
    {"event", "level", "timestamp", "trace", "route", "method", "status", "milliseconds", "job", "name", "attempt",
     "dossier", "office", "error", "where", "part", "port", "version", "count", "calls"}
)


def set_up_logs(level: str) -> None:
    """JSON lines on standard output, one trace id a request, only the fields above."""
    logging.basicConfig(level=level.upper(), stream=sys.stdout, format="%(message)s", force=True)
    for noisy in ("pgqueuer", "asyncio", "pyhanko", "httpx2", "httpcore2", "fontTools", "PIL", "uvicorn.access"):
        logging.getLogger(noisy).setLevel("WARNING")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True), _with_trace,
            _only_allowed, structlog.processors.JSONRenderer(serializer=_rendered),
        ],
        logger_factory=structlog.WriteLoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        cache_logger_on_first_use=True,
    )


def open_metrics(host: str, port: int, processes: int = 1) -> int:
    """Metrics on their own private port; 0 is none. Of several processes each has its own: `port`, `port` + 10, + 20 …

    A new process takes the port of one that died. Taken ports cost the metrics, not the office. The port that was taken.
    """
    for one in range(port, port + 10 * processes, 10) if port else ():
        try:
            start_http_server(one, host)
        except OSError:
            continue
        return one
    if port:
        structlog.get_logger().warning("metrics port is taken", port=port)
    return 0


class Observed:
    """Around every request: a trace id, the headers of the house, time and count, one line in the log.

    Written against ASGI itself: Starlette's middleware functions start a task and two queues for every request.
    `check` may refuse a request before anything else looks at it; `otherwise` answers what nobody else answered.
    """

    def __init__(
        self, app: ASGIApp, *, headers: Mapping[str, str], check: Callable[[Request], None],
        otherwise: Callable[[Request, Exception], Response],
    ) -> None:
        self.app, self.check, self.otherwise = app, check, otherwise
        self.log = structlog.get_logger()  # one for all requests: each new one would be put together at its first word
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request, started, status = Request(scope), time.perf_counter(), 0
        given = request.headers.get("x-request-id", "")
        word = given if given.isalnum() and len(given) <= 32 else secrets.token_hex(6)

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": self._with_ours(message.get("headers", ()), status, word)}
            await send(message)

        token = trace.set(word)
        try:
            try:
                self.check(request)
                await self.app(scope, receive, send_on)
            except Exception as problem:
                if status:  # half of an answer has left: the line must break, lest it be taken for whole
                    raise
                await self.otherwise(request, problem)(scope, receive, send_on)
        finally:
            trace.reset(token)
            self._note(request, status, time.perf_counter() - started, word)

    def _with_ours(self, given: Iterable[tuple[bytes, bytes]], status: int, word: str) -> list[tuple[bytes, bytes]]:
        headers = [one for one in given if one[0] != b"x-request-id"]
        names = {name for name, _ in headers}
        headers += [one for one in self.headers if one[0] not in names]
        if status == 503 and b"retry-after" not in names:
            headers.append((b"retry-after", b"30"))
        return [*headers, (b"x-request-id", word.encode())]

    def _note(self, request: Request, status: int, taken: float, word: str) -> None:
        route = getattr(request.scope.get("route"), "path", "none")
        count, seconds = _meters(route, request.method, status)
        count.inc()
        seconds.observe(taken)
        self.log.info(
            "answered", route=route, method=request.method, status=status, milliseconds=round(taken * 1000, 1), trace=word
        )


@lru_cache(maxsize=4096)
def _meters(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    """The two of this route; looked up by their labels once."""
    return REQUESTS.labels(route, method, status), SECONDS.labels(route)


def _with_trace(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if word := trace.get():
        event.setdefault("trace", word)
    return event


def _only_allowed(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in event.items() if name in _ALLOWED}


def _rendered(event: MutableMapping[str, Any], default: Callable[[Any], Any]) -> str:
    return orjson.dumps(event, default=default).decode()
