"""Much more of everything: what a list costs must not depend on how long it is."""

from typing import Final
from uuid import UUID

from app.documents import service as documents
from tests.dossiers.situations import a_pdf
from tests.factories import COMMUNE
from tests.statement_counts import filled
from tests.statement_counts.house import House

MANY: Final = 27  # of what is quickly made; a few of what must be printed and signed first
SOME: Final = 8
FEW: Final = 3


async def add_more(house: House) -> None:
    """Ten times as long lists of dossiers, work, alerts, papers and messages; several more of the rest."""
    for _ in range(MANY):
        await filled.late(house)
        await filled.alert(house)
        await filled.write_to(house, house.known["received"])
    for _ in range(SOME):
        await filled.sent(house)
        await filled.finding(house)
        await filled.to_sign(house)
    for _ in range(FEW):
        await filled.question(house)
        await filled.question(house, to_us=True)
        await filled.to_seal(house)
        await filled.packed(house)
        await filled.frozen(house)
        await filled.change(house)
        await filled.told(house)
    for n in range(MANY):
        for dossier_id, component in (("draft", "birth_notification"), ("sent", "birth_notification")):
            async with house.make.database.transaction(offices=[COMMUNE], citizen=house.citizen.id) as db:
                await documents.attach(
                    db, house.make.tools.store, office_id=COMMUNE, dossier_id=UUID(house.known[dossier_id]),
                    component=component, name=f"to-{n}.pdf", data=a_pdf(n % 3 + 1) + b"%" * n,
                    added_by=house.citizen.id, most_files=2 * MANY,
                )
