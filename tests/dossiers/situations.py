"""The situations of the small test procedure, by name."""

import io
from uuid import UUID

import pikepdf

from tests.factories import Given, Make

CODE = "9.000001"


def a_pdf(pages: int = 1) -> bytes:
    """A blank PDF as a scanner makes it."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out := io.BytesIO())
        return out.getvalue()


def given(**more: str) -> Given:
    return Given({"purpose": {"purpose": "Để thử"}}, {"proof": a_pdf()}, **more)


async def received(make: Make, **more: str) -> UUID:
    dossier_id = await make.submitted(CODE, given(**more))
    await make.judged(dossier_id)
    await make.act(dossier_id, "check_papers", "receive", "reception")
    return dossier_id


async def supplement_asked(make: Make) -> UUID:
    dossier_id = await make.submitted(CODE, given(channel="online"))
    await make.judged(dossier_id, proof="wrong")
    await make.act(dossier_id, "check_papers", "ask_supplement", "reception", reason="Ảnh chụp bị mờ")
    return dossier_id


async def sealed(make: Make, **more: str) -> UUID:
    dossier_id = await received(make, **more)
    for step, action, role in (
        ("draft_result", "draft", "specialist"), ("sign_result", "sign", "leader"), ("seal_result", "seal", "clerk"),
    ):
        await make.act(dossier_id, step, action, role)
        await make.worked()
    return dossier_id
