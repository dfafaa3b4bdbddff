"""What operators see: JSON logs with a trace id, Prometheus metrics on a private port. Never personal data."""

import logging
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any, Final

import structlog
from fastapi import Request, Response
from prometheus_client import Counter, Gauge, Histogram, start_http_server

trace: ContextVar[str] = ContextVar("trace", default="")

REQUESTS: Final = Counter("motcua_requests_total", "Requests answered", ("route", "method", "status"))
SECONDS: Final = Histogram(
    "motcua_request_seconds", "Time to answer", ("route",), buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
)
JOBS: Final = Counter("motcua_jobs_total", "Jobs carried out", ("name", "outcome"))
JOBS_WAITING: Final = Gauge("motcua_jobs_waiting", "Jobs waiting")
JOBS_STUCK: Final = Gauge("motcua_jobs_stuck", "Jobs that need a person")
TIMERS_LATE: Final = Gauge("motcua_timers_late_seconds", "How late the oldest due timer is")

# What a log line may hold. Everything else is dropped before it is written (goal R35: no personal data in logs).
_ALLOWED: Final = frozenset(
    {"event", "level", "timestamp", "trace", "route", "method", "status", "milliseconds", "job", "name", "attempt",
     "dossier", "office", "error", "where", "part", "port", "version", "count", "stack"}
)


def set_up_logs(level: str) -> None:
    """JSON lines on standard output, one trace id a request, only the fields above."""
    logging.basicConfig(level=level.upper(), stream=sys.stdout, format="%(message)s", force=True)
    for noisy in ("pgqueuer", "asyncio", "pyhanko", "httpx2", "httpcore2", "fontTools", "PIL", "uvicorn.access"):
        logging.getLogger(noisy).setLevel("WARNING")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True), _with_trace,
            _only_allowed, structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        cache_logger_on_first_use=True,
    )


def open_metrics(host: str, port: int) -> None:
    """Metrics on their own private port; 0 is none. A taken port costs the metrics, not the office."""
    if not port:
        return
    try:
        start_http_server(port, host)
    except OSError:
        structlog.get_logger().warning("metrics port is taken", port=port)


async def observe(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Give a request its trace id, time it, count it, write one line."""
    given = request.headers.get("x-request-id", "")
    token = trace.set(given if given.isalnum() and len(given) <= 32 else secrets.token_hex(6))
    started = time.perf_counter()
    try:
        response = await call_next(request)
    finally:
        taken = time.perf_counter() - started
        word = trace.get()
        trace.reset(token)
    route = getattr(request.scope.get("route"), "path", "none")
    REQUESTS.labels(route, request.method, response.status_code).inc()
    SECONDS.labels(route).observe(taken)
    response.headers["x-request-id"] = word
    structlog.get_logger().info(
        "answered", route=route, method=request.method, status=response.status_code, milliseconds=round(taken * 1000, 1),
        trace=word,
    )
    return response


def _with_trace(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if word := trace.get():
        event.setdefault("trace", word)
    return event


def _only_allowed(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in event.items() if name in _ALLOWED}
