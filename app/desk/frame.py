"""What stands around every page of the desk: the way about by role, who is signed in, what the last action did."""

from typing import Annotated

from fastapi import Depends, Request

from app.dossiers import queries_desk as queries
from app.faces.access import SAFE, OfficerVisit, Visit
from app.faces.frame import Announcement, Frame, Kind, Office, WayItem
from app.faces.speaking import speaking, words
from app.kit.words import N_
from app.org.models import Role
from app.org.people import SignedOfficer
from app.sessions import service as sessions

NOTE = "said"


async def desk_frame(request: Request, visit: OfficerVisit) -> None:
    """Put the frame on the request, for every signed-in route of the desk."""
    officer = visit.officer
    around = await queries.around(visit.db, officer.office_id, officer.offices, _signing_steps(officer))
    with speaking(visit.language):
        request.state.frame = Frame(
            office=Office(short=around.short_name, place=around.short_name, phone=around.phone),
            home="/desk", way=_way(officer, around.to_sign), person=officer.name, sign_out="/desk/sign-out",
            find="/desk/search", notices=await _said(visit), strip=_strip(request),
            shortcuts=(("Alt + 1…9", words(N_("chọn thủ tục hay dùng ở quầy"))),),
        )


FrameAround = Annotated[None, Depends(desk_frame)]


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
    if visit.request.url.path.endswith((".pdf", ".png")) or "/files/" in visit.request.url.path:
        return ()
    kept = visit.session.note[NOTE]
    await sessions.drop_note(visit.db, visit.session, NOTE)
    return tuple(Announcement(**one) for one in kept)


def _way(officer: SignedOfficer, to_sign: int) -> tuple[WayItem, ...]:
    way = [WayItem("/desk", words(N_("Việc của tôi")))]
    if officer.roles & {Role.RECEPTION, Role.HEAD}:
        way.append(WayItem("/desk/intake", words(N_("Tiếp nhận"))))
    if Role.LEADER in officer.roles:
        way.append(WayItem("/desk/sign", words(N_("Ký số")), to_sign, words(N_("văn bản chờ ký"))))
    if Role.CLERK in officer.roles:
        way.append(WayItem("/desk/seal", words(N_("Đóng dấu")), to_sign, words(N_("văn bản chờ đóng dấu"))))
    if officer.roles & {Role.RECEPTION, Role.HEAD, Role.CLERK}:
        way.append(WayItem("/desk/return", words(N_("Trả kết quả"))))
    if officer.watches:
        way.append(WayItem("/overview", words(N_("Điều hành"))))
    return tuple(way)


def _signing_steps(officer: SignedOfficer) -> list[str]:
    names = {Role.LEADER: "sign_result", Role.CLERK: "seal_result"}
    return [name for role, name in names.items() if role in officer.roles]


def _strip(request: Request) -> Announcement | None:
    if not getattr(request.app.state.settings, "demo", False):
        return None
    return Announcement(
        words(N_("Bản trình diễn.")), words(N_("Xác thực hai lớp đang tắt; người và hồ sơ đều là giả định.")), "warn"
    )
