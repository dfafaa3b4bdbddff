"""Without signing in: is a document real, and how far is a dossier."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import Path, Query, UploadFile
from pydantic import Field

from app.api.shapes import Body, Moment, View, Word
from app.documents.rules import LARGEST, FileTooBig, NothingChosen
from app.dossiers.case import DossierNotFound
from app.dossiers.codes import tidy
from app.dossiers.queries_portal import result_presented, tracked
from app.dossiers.states import NATIONAL, WORDS
from app.faces.access import PublicVisit, Visit
from app.faces.limits import Limit
from app.faces.routes import Router
from app.kit.errors import Refused
from app.kit.words import N_, say
from app.results.service import ResultNotFound
from app.signatures.verifying import judge, verdict_of

router = Router(tags=["Public"])
VERIFYING: Final = Limit(60, 60.0)
TRACKING: Final = Limit(20, 60.0)


class TooOften(Refused):
    """One address asks more often than a person would."""

    says = N_("Bạn đã tra quá nhiều lần. Hãy chờ một phút rồi thử lại.")


class Signer(View):
    """One signature in a file."""

    name: str
    organisation: str
    title: str
    verdict: str = Field(examples=["valid"])
    signed_at: Moment | None
    timestamped: Moment | None
    level: str = Field(examples=["B-LTA"])


class Verified(View):
    """`registered`: the register knows it, and nobody has looked at a file. The other verdicts are of a file."""

    verdict: Literal["registered", "valid", "changed", "revoked", "foreign"]
    sha256: str | None = None
    title: str | None = None
    store_code: str | None = None
    number: str | None = None
    dated: date | None = None
    authority: str | None = None
    issued_at: Moment | None = None
    revoked_at: Moment | None = None
    signatures: list[Signer] = []


class Tracking(Body):
    """A code and the last four digits of the applicant's personal number (else of their phone)."""

    code: str = Field(min_length=1, max_length=60, examples=["H99.08.22-261109-0042"])
    digits: str = Field(pattern=r"^\d{4}$", examples=["4821"])


class Tracked(View):
    """Code and progress, nothing about people."""

    code: str
    state: str
    state_words: str
    national_code: int | None
    submitted_at: Moment
    received_at: Moment | None
    due_at: Moment | None
    original_due_at: Moment | None
    paused_at: Moment | None
    finished_at: Moment | None


@router.get("/verify", summary="By store code")
async def by_code(visit: PublicVisit, code: Annotated[Word, Query(max_length=80)]) -> Verified:
    """What the register says of `<dossier code>-KQ<n>`."""
    return await _register(visit, tidy(code))


@router.get("/verify/{key}", summary="By the key of its QR code")
async def by_key(visit: PublicVisit, key: Annotated[Word, Path(max_length=80)]) -> Verified:
    """What the register says."""
    return await _register(visit, key)


@router.post("/verify", summary="By the file")
async def by_file(visit: PublicVisit, file: UploadFile) -> Verified:
    """The file is compared with the register, byte for byte, and its signatures are judged. Nothing is kept of it."""
    not_too_often(visit, VERIFYING)
    data = await file.read(LARGEST + 1)
    if not data:
        raise NothingChosen(file.filename or "tep")
    if len(data) > LARGEST:
        raise FileTooBig(file.filename or "tep", most=LARGEST // 2**20)
    digest = hashlib.sha256(data).hexdigest()
    found = await result_presented(visit.db, digest)
    judged = await judge(data, found, visit.tools.keyring.trust)
    authorities = {row["authority"] for row in await visit.db.rows("SELECT authority FROM office")}
    return Verified(
        verdict=verdict_of(judged, found, authorities), sha256=digest, **_told(found),
        signatures=[
            Signer(
                name=one.signer, organisation=one.organisation, title=one.title, verdict=one.verdict,
                signed_at=one.signed_at, timestamped=one.timestamped, level=one.level,
            )
            for one in (judged.signatures if judged else ())
        ],
    )


@router.post("/tracking", summary="How far is a dossier")
async def track(visit: PublicVisit, body: Tracking) -> Tracked:
    """Wrong and absent get the same answer."""
    not_too_often(visit, TRACKING)
    found, proof = await tracked(visit.db, tidy(body.code))
    if found is None or not hmac.compare_digest(proof.encode() or b"none", body.digits.encode()):
        raise DossierNotFound
    return Tracked(
        code=found.code, state=found.state.value, state_words=say(WORDS[found.state], visit.language),
        national_code=NATIONAL.get(found.state), submitted_at=found.submitted_at, received_at=found.received_at,
        due_at=found.due_at, original_due_at=found.original_due_at, paused_at=found.paused_at,
        finished_at=found.finished_at,
    )


async def _register(visit: Visit, word: str) -> Verified:
    not_too_often(visit, VERIFYING)
    found = await result_presented(visit.db, word)
    if found is None:
        raise ResultNotFound
    return Verified(
        verdict="revoked" if found["state"] == "revoked" else "registered", sha256=found["sha256"], **_told(found)
    )


def _told(found: Mapping[str, Any] | None) -> dict[str, Any]:
    if found is None:
        return {}
    names = ("title", "store_code", "dated", "authority", "issued_at", "revoked_at")
    return {name: found[name] for name in names} | {"number": found["number_text"]}


def not_too_often(visit: Visit, limit: Limit) -> None:
    """Count one question of this address. Raises TooOften."""
    client = visit.request.client
    if not limit.allows(client.host if client else "unknown"):
        raise TooOften
