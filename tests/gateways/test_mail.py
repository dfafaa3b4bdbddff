"""A letter arrives as written, once for its reader, and a refusal is told apart from a delay."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from app.gateways.errors import GatewayDown, GatewayRefused
from app.gateways.mail import Attachment, Mail, SmtpMail
from tests.simulators.conftest import Starter
from tests.simulators.standing import Standing, free_port, stand

LETTER = Mail(
    "lieu@thanhgiang.example", "Hồ sơ đã có kết quả",
    "Kính gửi bà,\n.Dòng bắt đầu bằng dấu chấm.\nMời bà tới nhận.\n", html="<p>Mời bà tới nhận.</p>",
    attachments=(Attachment("giấy tiếp nhận.pdf", "application/pdf", b"%PDF-1.7\n.\r\nend"),),
)


@dataclass(frozen=True)
class Post:
    standing: Standing
    server: SmtpMail

    async def letters(self, message_id: str) -> list[dict[str, Any]]:
        everything = (await self.standing.book())["mail"]
        return [one for one in everything if one["message_id"].startswith(f"<{message_id}@")]


def server(port: int, **limits: float) -> SmtpMail:
    return SmtpMail(f"smtp://127.0.0.1:{port}", "khong-tra-loi@tanmai.example", **limits)


@pytest.fixture(scope="module")
async def post(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Post]:
    port = free_port()
    book = tmp_path_factory.mktemp("mailbox") / "book.sqlite"
    standing = await stand("mailbox", book, "--calm", "--smtp-port", str(port))
    yield Post(standing, server(port))
    await standing.stop()


async def test_a_letter_arrives_as_it_was_written(post: Post, an_id: str) -> None:
    await post.server.send(LETTER, message_id=an_id)
    (letter,) = await post.letters(an_id)
    assert letter["subject"] == LETTER.subject
    assert letter["text"].replace("\r\n", "\n") == LETTER.text
    attached = await post.standing.http.get(f"/mails/{letter['id']}/attachments/0")
    assert attached.content == LETTER.attachments[0].octets


async def test_the_same_id_twice_is_one_letter(post: Post, an_id: str) -> None:
    for _ in range(2):
        await post.server.send(LETTER, message_id=an_id)
    assert [one["copies"] for one in await post.letters(an_id)] == [2]


async def test_a_line_break_in_a_subject_adds_no_header(post: Post, an_id: str) -> None:
    await post.server.send(replace(LETTER, subject="Chào\r\nBcc: all@thanhgiang.example"), message_id=an_id)
    (letter,) = await post.letters(an_id)
    assert letter["subject"] == "Chào Bcc: all@thanhgiang.example"
    assert letter["recipients"] == '["lieu@thanhgiang.example"]'


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("khong-ton-tai@thanhgiang.example", "recipient_refused"), ("liễu", "bad_address"), ("", "bad_address"),
        ("a@b.example, c@d.example", "bad_address"), ("a@b.example\r\nRCPT TO:<c@d.example>", "bad_address"),
    ],
)
async def test_an_address_that_takes_no_mail_is_refused(post: Post, an_id: str, to: str, reason: str) -> None:
    with pytest.raises(GatewayRefused, match=reason):
        await post.server.send(replace(LETTER, to=to), message_id=an_id)
    assert await post.letters(an_id) == []


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"rates": {"errors": 1}}, "smtp_451"), ({"rates": {"lost_answers": 1}}, "no_connection"),
        ({"down": True}, "smtp_421"), ({"down": "hang"}, "too_slow"),
    ],
)
async def test_trouble_on_the_line_is_worth_another_try(start: Starter, wish: dict[str, Any], reason: str) -> None:
    port = free_port()
    standing = await start("mailbox", "--calm", "--smtp-port", str(port))
    await standing.mischief(**wish)
    with pytest.raises(GatewayDown, match=reason) as down:
        await server(port, connect_seconds=0.5, total_seconds=0.5).send(LETTER, message_id="m-1")
    assert down.value.retryable
    await standing.mischief(calm=True, down=False)
    await server(port).send(LETTER, message_id="m-1")
    assert len((await standing.book())["mail"]) == 1


async def test_nobody_listening_is_worth_another_try() -> None:
    with pytest.raises(GatewayDown, match="no_connection"):
        await server(free_port()).send(LETTER, message_id="m-1")
