"""What is printed when a demo stands: where to go, and who to be."""

import json
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import asyncpg

from app.demo.plan import Plan

PASSWORD = "mot-cua-demo"       # of every officer of the demo; app.demo_play gives it to them
ROLES = {
    "reception": "tiếp nhận (reception)",
    "specialist": "chuyên môn (specialist)",
    "head": "phụ trách (head)",
    "leader": "lãnh đạo (leader)",
    "clerk": "văn thư (clerk)",
    "supervisor": "theo dõi (supervisor)",
    "administrator": "quản trị (administrator)",
}


@dataclass(frozen=True)
class SignIn:
    """One officer of the demo, as a person looking for a role wants to find them."""

    office: str
    roles: tuple[str, ...]
    login: str
    name: str


def addresses(plan: Plan, *, worm: bool, took: float) -> str:
    """The table of addresses, and what is not real here."""
    rows = [
        ("Citizens' portal", plan.public_url + "/"),
        ("Officers' desk", plan.public_url + "/desk"),
        ("Overview", plan.public_url + "/overview"),
        ("API", plan.public_url + "/api/v1"),
        ("Everybody's mail", plan.url("mailbox") + "/"),
        ("Text messages", plan.url("sms") + "/"),
        ("Metrics (private)", plan.url("web metrics") + "/metrics"),
    ]
    notes = [
        "Second factor: off. Everything outside (VNeID, payment, post, SMS, population, PKI) is simulated.",
        "VNeID's page opens by itself when a citizen signs in.",
        "Store: WORM, locked objects were proven to stay." if worm else "Store: no WORM, nothing keeps a file for ever.",
        f"Open after {took:.1f} s. Logs: {plan.folder / 'logs'}. Ctrl-C closes the office; its data stays.",
    ]
    return "\n".join(["", "Một Cửa is open.", "", *columns(rows), "", *notes, ""])


def proven_worm(plan: Plan) -> bool:
    """What the office itself says of its store; blocking. False when it does not say."""
    try:
        with urllib.request.urlopen(plan.public_url + "/readyz", timeout=10) as answer:
            return bool(json.loads(answer.read()).get("worm") == "worm")
    except (OSError, ValueError, AttributeError):
        return False


def sign_ins(found: Sequence[SignIn]) -> str:
    """Officers by role. Citizens choose themselves on the identity provider's page, without a password."""
    if not found:
        return "There are no officers here yet."
    rows = [("Office", "Role", "Login", "Name")]
    rows += [(one.office, ", ".join(ROLES.get(role, role) for role in one.roles), one.login, one.name) for one in found]
    words = [f"Officers sign in at /desk; the password of all is {PASSWORD}", ""]
    return "\n".join(["", *words, *columns(rows), "", "Citizens sign in by choosing a person on the next page.", ""])


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of text with the columns under each other."""
    whole = [list(row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*whole, strict=True)]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in whole]


async def find_sign_ins(dsn: str) -> list[SignIn]:
    """The active officers, read with the rights of the superuser; none while there are no tables or no database."""
    rows = await _ask(
        dsn,
        "SELECT f.short_name, o.roles::text AS roles, o.login, o.name FROM officer o JOIN office f"
        " ON f.id = o.office_id WHERE o.active ORDER BY f.id, o.login",
    )
    return [SignIn(row["short_name"], tuple(json.loads(row["roles"])), row["login"], row["name"]) for row in rows]


async def count_dossiers(dsn: str) -> int:
    """How many dossiers there are, of all offices; none while there are no tables or no database."""
    rows = await _ask(dsn, "SELECT count(*) AS number FROM dossier")
    return int(rows[0]["number"]) if rows else 0


async def _ask(dsn: str, question: str) -> list[asyncpg.Record]:
    """A table to look at is no reason to close the office: whatever goes wrong, the answer is empty.

    A server that dies while we ask makes asyncpg lose its own thread (InternalClientError) when we hang up.
    """
    try:
        connection = await asyncpg.connect(dsn, timeout=10)
        try:
            return await connection.fetch(question)
        finally:
            await connection.close(timeout=2)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        return []
