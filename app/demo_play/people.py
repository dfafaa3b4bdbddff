"""Who works in the demonstration: an invented province with two communes. Tests use the same offices and officers."""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from app.kit.db import Db
from app.org.founding import appoint, open_office
from app.org.models import OfficeKind
from app.org.territory import UnitKind
from app.org.units import UnitPeriod, import_units
from signing.images import seal_image, signature_image
from simulators.pki.authority import Subject, issue

PROVINCE: Final = "Tỉnh Thanh Giang"
FONT: Final = Path(__file__).parent.parent / "papers" / "fonts" / "Tinos_400Regular.ttf"
SINCE: Final = date(2025, 7, 1)


@dataclass(frozen=True, slots=True)
class Post:
    """One officer: login before the @, roles, name, title."""

    login: str
    roles: tuple[str, ...]
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune: its word in logins and key names, its code, its territory, its people."""

    word: str
    code: str
    territory: str
    name: str
    phone: str
    posts: tuple[Post, ...]

    @property
    def authority(self) -> str:
        return f"Ủy ban nhân dân xã {self.name}"

    @property
    def leader(self) -> Post:
        return next(post for post in self.posts if "leader" in post.roles)


TAN_MAI: Final = Commune(
    "tanmai", "H99.08.22", "99022", "Tân Mai", "0200 355 0101",
    (
        Post("reception", ("reception",), "Hà Minh Tú", "Cán bộ tiếp nhận"),
        Post("specialist", ("specialist",), "Lò Thị Bưởi", "Công chức tư pháp – hộ tịch"),
        Post("head", ("head",), "Phan Thị Sen", "Phụ trách Trung tâm"),
        Post("leader", ("leader",), "Đỗ Văn Mẫu", "Chủ tịch"),
        Post("clerk", ("clerk",), "Vi Thị Lụa", "Văn thư"),
        Post("land", ("specialist",), "Nguyễn Hữu Gạch", "Công chức địa chính – xây dựng"),
        Post("administrator", ("administrator",), "Mai Thị Mẫu Khoá", "Quản trị hệ thống"),
    ),
)
PHU_LUONG: Final = Commune(
    "phuluong", "H99.08.23", "99023", "Phú Lương", "0200 355 0201",
    (
        Post("reception", ("reception",), "Ngô Thị Mẫu Thơ", "Cán bộ tiếp nhận"),
        Post("specialist", ("specialist",), "Chu Văn Ví Dụ", "Công chức tư pháp – hộ tịch"),
        Post("head", ("head",), "Kiều Thử Hằng", "Phụ trách Trung tâm"),
        Post("leader", ("leader",), "Đoàn Văn Thử", "Chủ tịch"),
        Post("clerk", ("clerk",), "Bế Thị Mẫu Đào", "Văn thư"),
    ),
)
COMMUNES: Final = (TAN_MAI, PHU_LUONG)
SUPERVISOR: Final = Post("supervisor", ("supervisor",), "Trịnh Thị Ngân", "Chuyên viên")


async def found_offices(db: Db, *, password: str, password_hash: str) -> None:
    """The province, its communes and their officers; logins are `<post>@<commune>`. The same ones when they stand."""
    province = await open_office(
        db, code="H99", territory_code="99", kind=OfficeKind.PROVINCE, name="Văn phòng UBND tỉnh Thanh Giang",
        short_name=PROVINCE, authority="Ủy ban nhân dân tỉnh Thanh Giang", place="Thanh Giang",
        address="Số 1 đường Mẫu, tỉnh Thanh Giang", phone="0200 355 0100",
    )
    await _appoint(db, province.id or 0, SUPERVISOR, "h99", None, password, password_hash)
    for commune in COMMUNES:
        office = await open_office(
            db, code=commune.code, territory_code=commune.territory, kind=OfficeKind.COMMUNE,
            name=f"Trung tâm Phục vụ hành chính công xã {commune.name}", short_name=f"Xã {commune.name}",
            authority=commune.authority, place=commune.name,
            address=f"Thôn Đình, xã {commune.name}, tỉnh Thanh Giang", phone=commune.phone, parent_id=province.id,
            settings={"parent_authority": province.authority, "seal_key": f"seal-{commune.word}"},
        )
        for post in commune.posts:
            key = f"leader-{commune.word}" if "leader" in post.roles else None
            await _appoint(db, office.id or 0, post, commune.word, key, password, password_hash)


async def lay_out_territory(db: Db) -> None:
    """The invented province and its communes among the country's units, so that addresses can be chosen."""
    units = [UnitPeriod("99", PROVINCE, UnitKind.PROVINCE, None, SINCE)]
    units += [UnitPeriod(one.territory, f"Xã {one.name}", UnitKind.COMMUNE, "99", SINCE) for one in COMMUNES]
    await import_units(db, units)


def cut_keys(pki: Path, keys: Path) -> None:
    """Leaders' keys and agencies' seals of both communes under the names the offices know, from the PKI in `pki`."""
    keys.mkdir(parents=True, exist_ok=True)
    for commune in COMMUNES:
        leader = commune.leader
        for kind, label, subject, image in (
            ("leader", f"leader-{commune.word}", Subject(leader.name, commune.authority, leader.title),
             signature_image(leader.name)),
            ("seal", f"seal-{commune.word}", Subject(commune.authority, commune.authority),
             seal_image(commune.authority, font=FONT)),
        ):
            issued = issue(pki, subject, "leader" if kind == "leader" else "seal")
            _write(keys / f"{label}.png", image)
            # Links: when the PKI moves to another port it issues the certificates again under its own names.
            _link(keys / f"{label}.passphrase", issued.passphrase_file)
            _link(keys / f"{label}.p12", issued.p12)


async def _appoint(
    db: Db, office_id: int, post: Post, word: str, key: str | None, password: str, password_hash: str
) -> None:
    login = f"{post.login}@{word}"
    if not await db.value("SELECT 1 FROM officer WHERE login = $1", login):
        await appoint(
            db, office_id=office_id, login=login, name=post.name, title=post.title, roles=list(post.roles),
            password=password, password_hash=password_hash, signing_key=key,
        )


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    half = path.with_name(path.name + ".half")
    half.write_bytes(content)
    half.replace(path)


def _link(path: Path, target: Path) -> None:
    half = path.with_name(path.name + ".half")
    half.unlink(missing_ok=True)
    half.symlink_to(os.path.relpath(target.resolve(), path.parent.resolve()))
    half.replace(path)
