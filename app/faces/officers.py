"""What stands around every page an officer sees, at the desk and in the overview, also when we must say no.

The way about by role, who is signed in, what the last action did, what waits. One statement a page.
"""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request

from app.dossiers import queries_desk as queries
from app.dossiers.tools import Tools
from app.faces.access import SAFE, Visit, word_of
from app.faces.frame import Announcement, Frame, Kind, Office, WayItem
from app.faces.pages import page_language
from app.faces.recognising import recognise
from app.faces.speaking import speaking, words
from app.kit.errors import Unavailable
from app.kit.glance import Glance
from app.kit.words import N_
from app.org.models import Role
from app.org.people import SignedOfficer
from app.sessions import service as sessions

NOTE: Final = "said"
SIGNING: Final = {Role.LEADER: "sign_result", Role.CLERK: "seal_result"}
# Within “Điều hành”: the second row of the way.
OVERVIEW: Final = (
    ("/overview", N_("Bảng")), ("/overview/steps", N_("Khối lượng việc")), ("/overview/stuck", N_("Hồ sơ kẹt")),
    ("/overview/calendar", N_("Lịch làm việc")), ("/overview/reports", N_("Báo cáo")), ("/overview/index", N_("Chỉ số 766")),
    ("/overview/targets", N_("Chỉ tiêu")),
)


async def stand_around(visit: Visit, glance: Glance | None = None) -> Mapping[str, Any]:
    """Put the frame of this officer's page on the request; what was said is shown once.

    What the page asks with `glance` is asked in the same breath; the answers come back by their names.
    """
    officer, request = visit.officer, visit.request
    told = await _told(visit, officer, glance or Glance())
    with speaking(visit.language):
        request.state.frame = _frame(request, officer, queries.around_of(told), await _said(visit))
    return told


async def stand_around_refusal(request: Request, status: int) -> None:
    """The same around a page that says no, when an officer asked. Ours broken, or no database: without counts."""
    if getattr(request.state, "frame", None) is not None:
        return
    visit: Visit | None = getattr(request.state, "visit", None)
    known = visit.maybe_officer if visit is not None else None
    with speaking(page_language(request)):
        if known is not None:
            request.state.frame = _frame(request, known, queries.Around("", "", 0, 0), ())
        word, _ = word_of(request)
        if status >= 500 or not word or (visit is not None and known is None):
            return
        tools: Tools = request.app.state.tools
        try:
            async with tools.database.transaction() as db:
                again = Visit(request, db, tools)
                officer = (await recognise(db, word)).officer
                if officer is not None:
                    around = queries.around_of(await _told(again, officer, Glance()))
                    request.state.frame = _frame(request, officer, around, ())
        except Unavailable:
            return


async def say(
    visit: Visit, title: str, text: str = "", kind: Kind = "good", href: str = "", link: str = ""
) -> None:
    """Keep a sentence for the next page this officer opens; it is shown once. Already in their language."""
    if visit.session is None:
        return
    kept = [*visit.session.note.get(NOTE, []), {"title": title, "text": text, "kind": kind, "href": href, "link": link}]
    visit.session.note[NOTE] = kept
    await sessions.put_note(visit.db, visit.session, **{NOTE: kept})


async def _said(visit: Visit) -> tuple[Announcement, ...]:
    if visit.session is None or visit.request.method not in SAFE or not visit.session.note.get(NOTE):
        return ()
    path = visit.request.url.path
    if path.endswith((".pdf", ".png", ".csv", ".xlsx")) or "/files/" in path:
        return ()
    kept = visit.session.note[NOTE]
    await sessions.drop_note(visit.db, visit.session, NOTE)
    return tuple(Announcement(**one) for one in kept)


async def _told(visit: Visit, officer: SignedOfficer, glance: Glance) -> Mapping[str, Any]:
    queries.ask_around(glance, officer, [name for role, name in SIGNING.items() if role in officer.roles])
    return await glance.told(visit.db)


def _frame(
    request: Request, officer: SignedOfficer, around: queries.Around, notices: tuple[Announcement, ...]
) -> Frame:
    overview = request.url.path.startswith("/overview") and officer.watches
    return Frame(
        officers=True, office=Office(short=around.short_name, place=around.short_name, phone=around.phone), home="/desk",
        way=_way(officer, around), within=tuple(WayItem(href, words(said)) for href, said in OVERVIEW) if overview else (),
        person=officer.name, sign_out="/desk/sign-out", find="/desk/search", notices=notices, strip=_strip(request),
        shortcuts=(("Alt + 1…9", words(N_("chọn thủ tục hay dùng ở quầy"))),),
    )


def _way(officer: SignedOfficer, around: queries.Around) -> tuple[WayItem, ...]:
    way = [WayItem("/desk", words(N_("Việc của tôi")), around.alerts, words(N_("điều cần biết")))]
    if officer.roles & {Role.RECEPTION, Role.HEAD}:
        way.append(WayItem("/desk/intake", words(N_("Tiếp nhận"))))
    if Role.LEADER in officer.roles:
        way.append(WayItem("/desk/sign", words(N_("Ký số")), around.to_sign, words(N_("văn bản chờ ký"))))
    if Role.CLERK in officer.roles:
        way.append(WayItem("/desk/seal", words(N_("Đóng dấu")), around.to_sign, words(N_("văn bản chờ đóng dấu"))))
    if officer.roles & {Role.RECEPTION, Role.HEAD, Role.CLERK}:
        way.append(WayItem("/desk/return", words(N_("Trả kết quả"))))
    if officer.watches:
        way.append(WayItem("/overview", words(N_("Điều hành"))))
    return tuple(way)


def _strip(request: Request) -> Announcement | None:
    if not getattr(request.app.state.settings, "demo", False):
        return None
    return Announcement(
        words(N_("Bản trình diễn.")), words(N_("Xác thực hai lớp đang tắt; người và hồ sơ đều là giả định.")), "warn"
    )
