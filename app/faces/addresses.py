"""Addresses nobody can have meant are refused before anything is read: control characters, a host that is none."""

from urllib.parse import unquote_to_bytes

from fastapi import Request

from app.kit.errors import Refused
from app.kit.words import N_

LONGEST_QUERY = 8_000


class AddressUnreadable(Refused):
    """The address holds bytes that are no letters."""

    says = N_("Đường dẫn có ký tự không đọc được. Hãy mở lại trang từ đầu.")


def require_readable(request: Request) -> None:
    """Raises AddressUnreadable for a path or query with control characters or broken UTF-8, or an unusable host."""
    scope = request.scope
    path, query = scope["path"], scope.get("query_string", b"")
    if _unreadable(str(path)) or "\ufffd" in path or len(query) > LONGEST_QUERY:
        raise AddressUnreadable
    try:
        asked = unquote_to_bytes(query).decode()
        _ = request.url.netloc
    except ValueError as wrong:
        raise AddressUnreadable from wrong
    if _unreadable(asked.replace("\r", "").replace("\n", "").replace("\t", "")):
        raise AddressUnreadable


def _unreadable(text: str) -> bool:
    return any(ord(letter) < 32 or 0xD800 <= ord(letter) <= 0xDFFF or ord(letter) == 127 for letter in text)
