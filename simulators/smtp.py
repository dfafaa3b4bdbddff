"""As much of an SMTP server (RFC 5321) as a mail client needs to hand a letter over."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from itertools import count

from simulators.mischief import Mischief

LARGEST = 20 * 1024 * 1024     # octets of one letter
# Awaits (sender, recipients, octets).
Keep = Callable[[str, list[str], bytes], Awaitable[None]]
ADDRESS = re.compile(r"^(?:MAIL FROM|RCPT TO):\s*<([^>]*)>", re.IGNORECASE)


class SmtpReceiver:
    """Takes letters for everybody. Addresses beginning with ``khong-ton-tai@`` do not exist."""

    def __init__(self, keep: Keep, mischief: Mischief) -> None:
        self.keep = keep
        self.mischief = mischief
        self._visits = count(1)

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from greeting to QUIT."""
        try:
            await _Conversation(self, reader, writer, f"visit {next(self._visits)}").hold()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()


class _Conversation:
    def __init__(
        self, receiver: SmtpReceiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str
    ) -> None:
        self.receiver, self.reader, self.writer, self.key = receiver, reader, writer, key
        self.sender: str | None = None
        self.recipients: list[str] = []

    async def say(self, line: str) -> None:
        self.writer.write(f"{line}\r\n".encode())
        await self.writer.drain()

    async def hold(self) -> None:
        mischief = self.receiver.mischief
        await mischief.hang()
        if mischief.down:
            return await self.say("421 service not available")
        if mischief.strikes("slow", self.key):
            await asyncio.sleep(mischief.seconds("slow_seconds", self.key))
        await self.say("220 mailbox.simulated ESMTP")
        while line := await self.reader.readline():
            if not await self.answer(line.decode("utf-8", "replace").strip()):
                return None
        return None

    async def answer(self, line: str) -> bool:
        """Answer one command; false ends the conversation."""
        verb = line.split(" ", 1)[0].upper()
        match verb:
            case "EHLO":
                await self.say(f"250-mailbox.simulated\r\n250-SIZE {LARGEST}\r\n250-8BITMIME\r\n250 SMTPUTF8")
            case "HELO" | "NOOP" | "RSET":
                self.sender, self.recipients = None, []
                await self.say("250 OK")
            case "MAIL":
                await self.mail(line)
            case "RCPT":
                await self.recipient(line)
            case "DATA":
                return await self.data()
            case "QUIT":
                await self.say("221 bye")
                return False
            case _:
                await self.say("502 command not implemented")
        return True

    async def mail(self, line: str) -> None:
        found = ADDRESS.match(line)
        if found is None:
            await self.say("501 MAIL FROM:<address>")
        elif self.receiver.mischief.strikes("errors", self.key):
            await self.say("451 try again later")
        else:
            self.sender, self.recipients = found[1], []
            await self.say("250 OK")

    async def recipient(self, line: str) -> None:
        found = ADDRESS.match(line)
        if self.sender is None or found is None:
            await self.say("503 MAIL first" if found else "501 RCPT TO:<address>")
        elif found[1].startswith("khong-ton-tai@") or "@" not in found[1]:
            await self.say("550 no such mailbox")
        else:
            self.recipients.append(found[1])
            await self.say("250 OK")

    async def data(self) -> bool:
        if self.sender is None or not self.recipients:
            await self.say("503 RCPT first")
            return True
        await self.say("354 end with <CRLF>.<CRLF>")
        letter, size = [], 0
        while (line := await self.reader.readline()) not in (b".\r\n", b""):
            size += len(line)
            if size <= LARGEST:
                letter.append(line[1:] if line.startswith(b".") else line)
        if line == b"" or size > LARGEST:
            await self.say("552 too large" if line else "451 cut off")
            return False
        await self.receiver.keep(self.sender, self.recipients, b"".join(letter))
        if self.receiver.mischief.strikes("lost_answers", self.key):
            return False                               # kept, and the sender will never know
        self.sender, self.recipients = None, []
        await self.say("250 kept")
        return True
