"""What people look at beside the work: pages, and small uploads, in the proportions of the volumes we know.

About fifty page views and ten uploads of half to five megabytes come with one dossier in the busiest hour of the largest
province (an assumption of the sizing, not a count). How the views divide among the pages is our own guess, by WEIGHTS.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

from benchmarks.wire import Request, request
from benchmarks.work_unit import CODE, Desk, People

VIEWS, UPLOADS = 50, 10
SMALLEST, LARGEST = 500_000, 5_000_000
# Page, weight, kind of the report.
WEIGHTS = (
    ("home", 12, "public page"), ("procedures", 8, "public page"), ("procedure", 6, "public page"),
    ("track", 8, "public page"), ("mine", 8, "citizen's page"), ("progress", 10, "citizen's page"),
    ("work", 22, "desk page"), ("dossier", 16, "desk page"), ("search", 4, "desk page"),
    ("board", 4, "board"), ("overdue", 2, "board"),
)


@dataclass
class Seen:
    """Dossiers there are to look at: the newest few hundred. Each: id, code, whose session, which desk."""

    dossiers: list[tuple[str, str, str, Desk]] = field(default_factory=list)

    def add(self, dossier_id: str, code: str, citizen: str, desk: Desk) -> None:
        self.dossiers.append((dossier_id, code, citizen, desk))
        if len(self.dossiers) > 400:
            del self.dossiers[:200]


class Visitor:
    """Draws the next page somebody looks at."""

    def __init__(self, people: People, seen: Seen, *, seed: int = 7) -> None:
        self.people, self.seen, self.dice, self.count = people, seen, random.Random(seed), 0
        self.names = [name for name, _, _ in WEIGHTS]
        self.weights = [weight for _, weight, _ in WEIGHTS]
        self.kinds = {name: kind for name, _, kind in WEIGHTS}

    def next(self) -> tuple[str, Request]:
        """The kind, for the report, and the request."""
        name = self.dice.choices(self.names, self.weights)[0]
        if not self.seen.dossiers and name in ("track", "progress", "dossier"):
            name = "home"
        return self.kinds[name], self._request(name)

    def _request(self, name: str) -> Request:
        self.count += 1
        desk = self.dice.choice(self.people.desks)
        plain = {"home": "/", "procedures": "/procedures", "procedure": f"/procedures/{CODE}"}
        if name in plain:
            return request("GET", plain[name])
        if name == "mine":
            return request("GET", "/dossiers", cookie=self.dice.choice(self.people.citizens))
        officers = {"work": ("/desk", self.dice.choice(("reception", "specialist", "head", "leader"))),
                    "search": ("/desk/search?words=nguyen%20van%20an", "reception"), "board": ("/overview", "head"),
                    "overdue": ("/overview/dossiers", "head")}
        if name in officers:
            path, role = officers[name]
            return request("GET", path, cookie=desk.words[role])
        dossier_id, code, citizen, desk = self.dice.choice(self.seen.dossiers)
        if name == "progress":
            return request("GET", f"/dossiers/{dossier_id}", cookie=citizen)
        if name == "dossier":
            return request("GET", f"/desk/dossiers/{dossier_id}", cookie=desk.words["reception"])
        n = self.count  # each from an address of its own: one address may look only so often
        digits = f"{self.people.citizens.index(citizen) + 1:04d}"
        return request("POST", "/track", form={"code": code, "digits": digits},
                       headers={"x-forwarded-for": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"})


def small_files(count: int = 6, *, largest: int = LARGEST) -> list[tuple[str, bytes]]:
    """Photographs of half to five megabytes as a telephone takes them, evenly by their logarithm."""
    dice, files = random.Random(11), []
    for n in range(count):
        share = (n + 0.5) / count
        size = math.exp(math.log(SMALLEST) * (1 - share) + math.log(max(largest, SMALLEST)) * share)
        files.append((f"anh-{n}.jpg", _photograph(int(size), dice)))
    return files


def _photograph(size: int, dice: random.Random) -> bytes:
    edge = int(math.sqrt(size / 0.47))
    noise = Image.frombytes("L", (edge, edge), dice.randbytes(edge * edge))
    noise.save(out := io.BytesIO(), "JPEG", quality=35)
    return out.getvalue()


def different(file: tuple[str, bytes], n: int) -> tuple[str, bytes]:
    """The same picture with another comment in its head: equal bytes would be taken once."""
    words = f"{n:016d}".encode()
    comment = b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words
    return file[0], file[1][:2] + comment + file[1][2:]


__all__: Sequence[str] = ("UPLOADS", "VIEWS", "Seen", "Visitor", "different", "small_files")
