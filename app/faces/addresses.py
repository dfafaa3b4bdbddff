"""Addresses nobody can have meant are refused before anything is read: control characters, a host that is none."""

import re
from urllib.parse import unquote_to_bytes, urlsplit

from fastapi import Request

from app.kit.errors import Refused
from app.kit.words import N_

LONGEST_QUERY = 8_000
_UNREADABLE = re.compile("[\x00-\x1f\x7f\ufffd\ud800-\udfff]")  # control characters, what broke in decoding, half letters
_BREAKS = str.maketrans("", "", "\r\n\t")  # a text typed in several lines may stand in a query


class AddressUnreadable(Refused):
    """The address holds bytes that are no letters."""

    says = N_("Đường dẫn có ký tự không đọc được. Hãy mở lại trang từ đầu.")


def require_readable(request: Request) -> None:
    """Raises AddressUnreadable for a path or query with control characters or broken UTF-8, or an unusable host.

    The request is then left with the beginning of its path alone, so that an answer can be written to it.
    """
    scope = request.scope
    path, query = str(scope["path"]), bytes(scope.get("query_string", b""))
    host = request.headers.get("host", "")
    if _readable(path) and len(query) <= LONGEST_QUERY and _decodes(query) and _is_host(host):
        return
    plain = next((start for start in ("/api/", "/hooks/") if path.startswith(start)), "/")
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    scope.update(path=plain, raw_path=plain.encode(), query_string=b"", headers=headers)
    raise AddressUnreadable


def _decodes(query: bytes) -> bool:
    try:
        query.decode("ascii")
        return _readable(unquote_to_bytes(query).decode().translate(_BREAKS))
    except UnicodeDecodeError:
        return False


def _is_host(host: str) -> bool:
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return False
    return parts.netloc == host and not set(host) & set(" \\@")


def _readable(text: str) -> bool:
    return _UNREADABLE.search(text) is None
