"""Work outside the transaction: what the worker does for a dossier, by the name of the job.

Each reads what it needs in one transaction, does the outside work with no transaction open, and keeps the outcome in a
second one together with `jobs.finish`: after a crash in between, the work is done again under the same name and the
outside world, the object store and the signatures table know the name.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from app.dossiers import forms_printing, looking_up, making, payments, posting, recounting, telling
from app.dossiers.tools import Tools
from app.jobs.service import Work

Handler = Callable[[Tools, Work], Awaitable[None]]


# Service tasks of the drawings that the worker carries out.
EFFECTS: Final[Mapping[str, Handler]] = {
    "look_up_marriage": looking_up.look_up_marriage,
    "fetch_personal_number": looking_up.fetch_personal_number,
    "show_draft": making.show_draft,
    "make_result": making.make_result,
    "apply_signature": making.apply_signature,
    "apply_seal": making.apply_seal,
    "order_shipment": posting.order_shipment,
}

# Jobs that no drawing waits for.
ERRANDS: Final[Mapping[str, Handler]] = {
    "print_form": forms_printing.print_form,
    "send_notice": telling.send_notice,
    "check_payment": payments.check_payment,
    "hand_over_to_post": posting.hand_over_to_post,
    "track_shipment": posting.track_shipment,
    "look_at_calendar_change": recounting.look_at_calendar_change,
    "recount_calendar": recounting.recount_calendar,
    "tell_of_calendar": recounting.tell_of_calendar,
}

HANDLERS: Final[Mapping[str, Handler]] = {**EFFECTS, **ERRANDS}
