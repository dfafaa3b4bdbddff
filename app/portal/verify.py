"""Is this document real? By the QR's key, by the store code, by the file itself."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request, Response
from starlette.datastructures import UploadFile

from app.dossiers.queries_portal import result_presented
from app.faces.access import PublicVisit, Visit
from app.faces.limits import Limit
from app.faces.refusals import refusal
from app.faces.routes import Router
from app.kit.words import N_, say
from app.portal.page import show, speak
from app.signatures.verifying import judge, verdict_of

LARGEST: Final = 20 * 1024 * 1024
TRIES: Final = Limit(30, 60.0)

router = Router(prefix="/verify", include_in_schema=False)


@router.get("")
async def ask(visit: PublicVisit, code: str = "") -> Response:
    """Public: three ways to check; with a store code, what the register says of it."""
    code = "".join(code.upper().split())[:80]
    if not code:
        return await _page(visit)
    if not _may_try(visit.request):
        return _too_often(visit)
    found = await result_presented(visit.db, code)
    verdict = _of_register(found) if found else "absent"
    return await _page(visit, verdict=verdict, found=found, code=code, status=200 if found else 404)


@router.post("")
async def by_file(visit: PublicVisit) -> Response:
    """Public: the file is compared with the register, byte for byte, and its signatures are judged."""
    return await _judge(visit, None)


@router.get("/{key}")
async def by_key(visit: PublicVisit, key: str) -> Response:
    """Public: what the QR on a result opens."""
    if not _may_try(visit.request):
        return _too_often(visit)
    found = await result_presented(visit.db, key[:80])
    return await _page(
        visit, verdict=_of_register(found) if found else "absent", found=found, key=key if found else "",
        status=200 if found else 404,
    )


@router.post("/{key}")
async def file_with_key(visit: PublicVisit, key: str) -> Response:
    """Public: whether this file is the very result behind the QR."""
    found = await result_presented(visit.db, key[:80])
    return await _judge(visit, found, key=key if found else "")


async def _judge(visit: Visit, expected: Mapping[str, Any] | None, *, key: str = "") -> Response:
    language = speak(visit)
    if not _may_try(visit.request):
        return _too_often(visit)
    async with visit.request.form() as form:
        sent = form.get("document")
        data = await sent.read(LARGEST + 1) if isinstance(sent, UploadFile) else b""
    if not data or len(data) > LARGEST:
        told = say(N_("Hãy chọn tệp PDF bạn nhận được"), language) if not data else say(
            N_("Tệp lớn hơn 20 MB. Kết quả của chúng tôi không lớn như vậy"), language)
        return await _page(visit, status=422, error=told, key=key)
    digest = hashlib.sha256(data).hexdigest()
    found = await result_presented(visit.db, digest)
    if expected is not None and (found is None or found["id"] != expected["id"]):
        return await _page(visit, verdict="changed", found=expected, key=key)
    judged = await judge(data, found, visit.tools.keyring.trust)
    authorities = {row["authority"] for row in await visit.db.rows("SELECT authority FROM office")}
    verdict = verdict_of(judged, found, authorities)
    signers = [one for one in judged.signatures if one.signer] if judged else []
    proven = judged is not None and judged.overall == "valid"
    return await _page(visit, verdict=verdict, found=found, key=key, signers=signers, proven=proven)


def _of_register(found: Mapping[str, Any]) -> str:
    return "revoked" if found["state"] == "revoked" else "registered"


async def _page(
    visit: Visit, *, verdict: str = "", found: Mapping[str, Any] | None = None, code: str = "", key: str = "",
    error: str = "", status: int = 200, signers: list[Any] | None = None, proven: bool = False,
) -> Response:
    return await show(
        visit, "verify/verify.html", status=status, verdict=verdict, found=found, code=code, key=key, error=error,
        errors=[("document", error)] if error else (), signers=signers or [], proven=proven,
    )


def _may_try(request: Request) -> bool:
    return TRIES.allows(request.client.host if request.client else "unknown")


def _too_often(visit: Visit) -> Response:
    told = say(N_("Bạn đã tra quá nhiều lần. Hãy chờ một phút rồi thử lại."), speak(visit))
    return refusal(visit.request, 429, told, headers={"retry-after": "60"})
