"""What working on dossiers needs from outside the database; built once on the top floor and handed in."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.procedures.catalogue import Catalogue

if TYPE_CHECKING:
    from app.deadlines.calendar import Calendar
    from app.deadlines.calendars import Calendars
    from app.gateways.mail import MailServer
    from app.gateways.payment import PaymentPlatform
    from app.gateways.population import Population
    from app.gateways.post import PostalService
    from app.gateways.sms import SmsBroker
    from app.kit.db import Database
    from app.signatures.keyring import Keyring
    from storage import ObjectStore


@dataclass(frozen=True, slots=True)
class Tools:
    """The office's tools. A gateway is None where the office is not connected to that system."""

    database: "Database"
    store: "ObjectStore"
    catalogue: Catalogue
    calendars: "Calendars"
    keyring: "Keyring"
    public_url: str
    population: "Population | None" = None
    payment: "PaymentPlatform | None" = None
    post: "PostalService | None" = None
    sms: "SmsBroker | None" = None
    mail: "MailServer | None" = None
    demo: bool = False

    @property
    def calendar(self) -> "Calendar":
        """The calendar of the installation, where no one office is meant; an office's own is `calendars.of`."""
        return self.calendars.common
