"""Letters over SMTP. The caller's id becomes the Message-ID, so a letter sent twice is one letter to its reader."""

import asyncio
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.gateways.errors import GatewayDown, GatewayRefused
from app.kit import clock

ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")
MESSAGE_ID = re.compile(r"[A-Za-z0-9._-]{1,120}")


@dataclass(frozen=True)
class Attachment:
    name: str = field(repr=False)
    content_type: str
    octets: bytes = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """One letter to one reader. `html` may be empty; `language` is vi or en."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    language: str = "vi"
    attachments: tuple[Attachment, ...] = ()


class MailServer(Protocol):
    async def send(self, mail: Mail, *, message_id: str) -> None:
        """Hand one letter over. `message_id` is letters, digits, dot, dash (a UUID).

        Raises GatewayRefused (bad_address, recipient_refused, letter_refused) and GatewayDown.
        """


class SmtpMail:
    """`MailServer` at an address like ``smtp://user:password@host:587`` or ``smtps://…:465``.

    With a user, smtp demands STARTTLS; without one (a relay next door) it uses it when offered.
    `total_seconds` limits the whole conversation.
    """

    def __init__(self, url: str, sender: str, *, connect_seconds: float = 2.0, total_seconds: float = 5.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("the mail server's address must be smtp://… or smtps://…")
        tls = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, parts.port or (465 if tls else 587)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._tls = tls
        self._start_tls: bool | None = False if tls else True if self._user else None
        self._sender = sender
        self._connect_seconds, self._total_seconds = connect_seconds, total_seconds

    async def send(self, mail: Mail, *, message_id: str) -> None:
        letter = self._letter(mail, message_id)
        try:
            async with asyncio.timeout(self._total_seconds):
                await self._hand_over(letter, mail.to)
        except aiosmtplib.SMTPRecipientsRefused as error:
            self._raise_for(error.recipients[0].code if error.recipients else 550, "recipient_refused")
        except aiosmtplib.SMTPAuthenticationError:
            raise GatewayDown("mail", False, "key_refused") from None
        except aiosmtplib.SMTPResponseException as error:
            self._raise_for(error.code, "letter_refused")
        except (TimeoutError, aiosmtplib.SMTPTimeoutError):
            raise GatewayDown("mail", True, "too_slow") from None
        except (aiosmtplib.SMTPException, OSError, EOFError):
            raise GatewayDown("mail", True, "no_connection") from None

    async def _hand_over(self, letter: EmailMessage, to: str) -> None:
        client = aiosmtplib.SMTP(
            hostname=self._host, port=self._port, use_tls=self._tls, start_tls=self._start_tls,
            timeout=self._connect_seconds,
        )
        try:
            await client.connect()
            if self._user is not None:
                await client.login(self._user, self._password or "", timeout=self._total_seconds)
            await client.send_message(letter, sender=self._sender, recipients=[to], timeout=self._total_seconds)
        finally:
            client.close()

    def _raise_for(self, code: int, reason: str) -> None:
        """4xx is "later", 5xx is "no" (RFC 5321 §4.2.1)."""
        if 500 <= code < 600:
            raise GatewayRefused("mail", reason) from None
        raise GatewayDown("mail", True, f"smtp_{code}") from None

    def _letter(self, mail: Mail, message_id: str) -> EmailMessage:
        if not ADDRESS.fullmatch(mail.to):
            raise GatewayRefused("mail", "bad_address")
        if not MESSAGE_ID.fullmatch(message_id):
            raise ValueError("a message id is letters, digits, dot and dash")
        letter = EmailMessage(policy=SMTP)
        letter["From"], letter["To"] = self._sender, mail.to
        letter["Subject"] = " ".join(mail.subject.split())
        letter["Date"] = format_datetime(clock.now())
        letter["Message-ID"] = f"<{message_id}@{self._sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter["Content-Language"] = mail.language
        letter.set_content(mail.text)
        if mail.html:
            letter.add_alternative(mail.html, subtype="html")
        for one in mail.attachments:
            kind, _, detail = one.content_type.partition("/")
            letter.add_attachment(one.octets, maintype=kind, subtype=detail, filename=one.name)
        return letter
