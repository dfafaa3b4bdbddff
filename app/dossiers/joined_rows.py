"""What a command adds to the statement that writes its move: rows of its own, and questions whose answers may refuse it.

Such a question is judged when everything is written, in the same transaction: whoever is refused has written nothing.
"""

from collections.abc import Mapping
from typing import Final

from app.deadlines.service import UNLESS_TAKEN, WRITE_ENTRY
from app.deliveries.service import HAND_OVER, PREPARE, UNLESS_PREPARED
from app.dossiers.checklist import LINES_IN_ONE
from app.fees.service import OWED

_IF_MOVED: Final = "EXISTS (SELECT FROM moved)"

JOINED: Final[Mapping[str, str]] = {
    "ledger": f"{WRITE_ENTRY} WHERE {_IF_MOVED} {UNLESS_TAKEN}",
    "prepared": f"{PREPARE} WHERE {_IF_MOVED} {UNLESS_PREPARED}",
    "handed": f"{HAND_OVER} AND {_IF_MOVED} RETURNING id",
}
QUESTIONS: Final[Mapping[str, str]] = {
    "entered": "EXISTS (SELECT FROM ledger)",
    "handed_over": "EXISTS (SELECT FROM handed)",
    "owed": OWED,
    "checklist": LINES_IN_ONE,
}
