"""Files that are not taken: each says why, at its field, and nothing that was there is lost."""

import io

import pikepdf
import pytest

from app.documents.rules import LARGEST
from tests.portal.conftest import Browser, SignedIn
from tests.portal.situations import BIRTH, a_pdf, a_photo
from tests.portal.test_journey import begun


def locked_pdf() -> bytes:
    with pikepdf.open(io.BytesIO(a_pdf())) as pdf:
        pdf.save(out := io.BytesIO(), encryption=pikepdf.Encryption(owner="x", user="y"))
    return out.getvalue()


def scripted_pdf() -> bytes:
    with pikepdf.open(io.BytesIO(a_pdf())) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.save(out := io.BytesIO())
    return out.getvalue()


BAD = {
    "no file": ("", b"", "Bạn chưa chọn tệp nào"),
    "0 bytes": ("trong.jpg", b"", "không có nội dung"),
    "wrong type": ("thu.docx", b"PK\x03\x04 khong phai anh", "không đọc được"),
    "too big": ("to.jpg", b"\xff\xd8\xff" + b"0" * LARGEST, "lớn hơn 20 MB"),
    "locked": ("khoa.pdf", locked_pdf(), "có mật khẩu"),
    "cut off": ("cut.pdf", a_pdf()[:-40], "bị hỏng"),
    "scripted": ("ma.pdf", scripted_pdf(), "mã lệnh"),
    "two endings": ("anh.pdf.exe", a_pdf(), "không phải ảnh hay PDF thật"),
    "disguised": ("anh.jpg", b"%PDF-1.7\n<script>alert(1)</script>\n%%EOF", "không phải ảnh hay PDF thật"),
}


async def at_paper(signed_in: SignedIn) -> tuple[Browser, str]:
    me = await signed_in()
    draft = await begun(me, BIRTH)
    await me.post(f"{draft}/answer/situation", child_situation="ordinary")
    await me.post(f"{draft}/answer/birth_proof", kind="notification", shown="kind number", number="12")
    return me, f"{draft}/papers/birth_notification"


@pytest.mark.parametrize("kind", BAD)
async def test_a_bad_file_is_refused_in_words_and_the_good_one_stays(signed_in: SignedIn, kind: str) -> None:
    me, paper = await at_paper(signed_in)
    await me.post(paper, files={"paper": ("tot.jpg", a_photo(), "image/jpeg")}, do="send")
    name, data, words = BAD[kind]
    answer = await me.post(paper, files={"paper": (name, data, "application/octet-stream")}, do="send")
    assert answer.status_code == 422
    assert words in answer.text
    assert 'href="#paper"' in answer.text
    assert "tot.jpg" in answer.text
    page = await me.shown(paper)
    assert page.count("/preview") == 1


async def test_more_files_than_a_paper_takes_are_refused(signed_in: SignedIn) -> None:
    me, paper = await at_paper(signed_in)
    colours = ("white", "beige", "grey", "pink", "tan", "gold")
    answers = [
        await me.post(paper, files={"paper": (f"{colour}.jpg", a_photo(colour), "image/jpeg")}, do="send")
        for colour in colours
    ]
    assert [one.status_code for one in answers] == [303] * 5 + [422]
    assert "nhận nhiều nhất 5 tệp" in answers[-1].text


NAMES = ["../../etc/passwd.jpg", "a\r\nSet-Cookie: x=1.jpg", "\u202egpj.exe.jpg", "x" * 4000 + ".jpg", "Ảnh “đẹp”.jpg"]


@pytest.mark.parametrize("name", NAMES)
async def test_a_hostile_name_reaches_neither_a_header_nor_a_path(signed_in: SignedIn, name: str) -> None:
    me, paper = await at_paper(signed_in)
    answer = await me.post(paper, files={"paper": (name, a_photo(), "image/jpeg")}, do="send")
    if answer.status_code == 422:
        return  # refused by its name
    page = (await me.get(paper)).text
    address = page.split('href="/dossiers/')[-1].split('"')[0]
    assert "passwd" not in address
    file = next(part.split('"')[0] for part in page.split('href="')[1:] if part.split('"')[0].endswith("/file"))
    given = await me.get(file)
    assert given.status_code == 200
    assert "set-cookie" not in given.headers
    assert "\n" not in given.headers["content-disposition"]

