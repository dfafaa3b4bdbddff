"""Every route of the application as it stands, found by asking it, and nonsense for each of its inputs."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI

from app.faces.access import ACCESS

PATHS = (
    "not-a-uuid",
    "%00",
    "a%00b",
    "%FF%FE",
    "%ED%A0%80",
    "-1",
    "0",
    "2147483648",
    "9223372036854775808",
    "9" * 40,
    "1e9",
    "NaN",
    "x" * 2000,
    "%F0%9F%98%80",
    "..%2f..%2fetc%2fpasswd",
    "'%20OR%201=1--",
    "%7B%7B7*7%7D%7D",
    "00000000-0000-0000-0000-000000000000",
    "%E2%80%AE",
    "%25",
    "a%0d%0ab",
)
WORDS = (
    "",
    "\x00",
    "a\x00b",
    "\u202e",
    "-1",
    "2147483648",
    "9223372036854775808",
    "9" * 400,
    "1e400",
    "NaN",
    "x" * 5000,
    "😀" * 50,
    "'; DROP TABLE dossier;--",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s%n",
    "../../etc/passwd",
    "0001-01-01",
    "9999-99-99",
    "2026-11-22T25:61:00Z",
    "1700000000.5,not-a-uuid",
    "9e300,00000000-0000-0000-0000-000000000000",
    "[]",
    "null",
    "\x7f\x1b",
)
QUERIES = (b"%FF", b"%00", b"%ED%A0%80", b"%", b"%zz", b"&&==&", b"\xff\xfe", b"[]=1", b"x" * 9000)
BODIES: tuple[tuple[str, bytes], ...] = (
    ("", b"csrf=1"),
    ("application/json", b""),
    ("application/json", b"{"),
    ("application/json", b"[]"),
    ("application/json", b"null"),
    ("application/json", b"1e999"),
    ("application/json", b'"\\ud800"'),
    ("application/json", b"[" * 3000),
    ("application/json", b'{"a": ' * 500 + b"1" + b"}" * 500),
    ("application/json", b"\xff\xfe\x00"),
    ("application/x-www-form-urlencoded", b"\x00=%00&%00=\x00"),
    ("application/x-www-form-urlencoded", b"%FF=%FF&=&==&%"),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(10_000))),
    ("multipart/form-data", b"--x\r\n"),
    ("multipart/form-data; boundary=", b"--\r\n"),
    ("multipart/form-data; boundary=x", b"no boundary at all"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\ncut'),
    ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n--x--\r\n"),
    (
        "multipart/form-data; boundary=x; charset=klingon",
        b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--\r\n",
    ),
    ("multipart/form-data; boundary=\xff", b"--x--"),
    ("text/plain", b"hello"),
    ("application/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
    ("application/octet-stream", bytes(range(256))),
    ("no/such; ;;=", b"1"),
    ("application/x-www-form-urlencoded; charset=utf-16", b"a=1"),
)
HEADERS: tuple[dict[str, str], ...] = (
    {"origin": "http://["},
    {"origin": "null"},
    {"host": "["},
    {"host": "a b"},
    {"host": ""},
    {"cookie": "motcua=\xff; language=\x00"},
    {"cookie": "language=" + "x" * 5000},
    {"authorization": "Bearer \xff"},
    {"authorization": "Basic ???"},
    {"x-request-id": "\xaa" * 30},
    {"accept-language": "\xff;q=x"},
    {"hx-request": "true"},
    {"content-length": "-5"},
    {"content-length": "many"},
    {"range": "bytes=9-1"},
    {"if-none-match": "\xff"},
    {"x-forwarded-for": "\x00"},
    {"idempotency-key": "\x00" * 10},
    {"idempotency-key": "x" * 5000},
)


@dataclass(frozen=True)
class Way:
    """One way in: a method and a path with holes, who it is for, and the names it reads."""

    method: str
    path: str
    who: str
    query: tuple[str, ...]
    fields: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def holes(self) -> tuple[str, ...]:
        return tuple(re.findall(r"{(\w+)(?::\w+)?}", self.path))

    def filled(self, known: dict[str, str], **other: str) -> str:
        """The path with its holes filled, as it goes over the wire."""
        return re.sub(
            r"{(\w+)(?::\w+)?}", lambda hole: other.get(hole[1]) or quote(known.get(hole[1], "1"), safe="/"), self.path
        )


def ways(app: FastAPI) -> list[Way]:
    """All of them; a new route is here as soon as the application has it."""
    return sorted(set(_ways(app)), key=str)


def _ways(app: FastAPI) -> Iterator[Way]:
    for route in app.routes:
        contexts: Any = route.effective_route_contexts() if hasattr(route, "effective_route_contexts") else [route]
        for one in contexts:
            for method in sorted((one.methods or set()) - {"HEAD"}):
                yield Way(
                    method,
                    one.path,
                    _who(one.dependant),
                    tuple(p.alias for p in one.dependant.query_params),
                    _fields(one),
                )


def _who(dependant: Any) -> str:
    for part in dependant.dependencies:
        found = getattr(part.call, ACCESS, None) or _who(part)
        if found != "open to all, no data":
            return str(found)
    return "open to all, no data"


def _fields(route: Any) -> tuple[str, ...]:
    """The form fields a route reads: those it declares, and those its file asks the form for."""
    declared = [part.alias for part in route.dependant.body_params]
    return tuple(dict.fromkeys([*declared, *_asked_for(inspect.getmodule(route.endpoint))]))


@cache
def _asked_for(module: Any) -> tuple[str, ...]:
    text = inspect.getsource(module)
    return tuple(dict.fromkeys(re.findall(r"(?:form|given|typed)\.(?:get|getlist)\(\s*f?\"([\w{}.-]+)\"", text)))[:12]
