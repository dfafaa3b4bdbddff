"""The application on one listened connection, and the people who knock."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from app.citizens.models import Citizen
from app.deadlines.calendars import Calendars
from app.deadlines.decrees import load_calendar
from app.dossiers.tools import Tools
from app.faces.access import COOKIE
from app.faces.recognising import forget
from app.gateways.payment import HttpPayment
from app.kit import clock
from app.kit.db import Database, open_database
from app.main import create_app
from app.org.founding import appoint
from app.org.models import Role
from app.org.people import SignedOfficer
from app.portal import track, verify
from app.procedures.catalogue import Catalogue
from app.sessions import service as sessions
from app.settings import Settings
from app.signatures.keyring import Keyring
from storage import FolderStore
from tests.factories import COMMUNE, OFFICES, PASSWORD, Make, password_hash
from tests.outages.office import founded
from tests.simulators.standing import SECRET, Standing, stand
from tests.statement_counts.ear import Cost, Ear

HOME = "http://motcua.test"
BACK = f"{HOME}/sign-in/back"
EVERYTHING = "moi-viec@tanmai"


@dataclass(frozen=True)
class Ask:
    """One request: who, where, and what is sent along."""

    by: str
    path: str
    form: Mapping[str, Any] | None = None
    json: Any = None
    files: Any = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """Somebody's session: the word in the cookie, and what forms carry."""

    word: str = ""
    secret: str = ""


@dataclass
class House:
    """A whole office. `make` brings it into situations on other connections; `ask` is heard."""

    app: FastAPI
    make: Make
    ear: Ear
    client: httpx.AsyncClient
    people: dict[str, Person]
    officer: SignedOfficer
    citizen: Citizen
    provider: Standing
    known: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, ask: Ask) -> tuple[httpx.Response, Cost]:
        """One request and what it said. Nobody is tried too often."""
        for limit in (track.TRIES, verify.TRIES):
            limit._tries.clear()
        person = self.people[ask.by]
        headers, api = dict(ask.headers), ask.path.startswith("/api/")
        if person.word:
            headers |= {"authorization": f"Bearer {person.word}"} if api else {"cookie": f"{COOKIE}={person.word}"}
        sent: dict[str, Any] = {"headers": headers, "files": ask.files}
        if ask.body is not None:
            sent["content"] = ask.body
        elif ask.json is not None:
            sent["json"] = ask.json
        elif method != "GET" and not api:
            sent["data"] = {"csrf_token": person.secret, **(ask.form or {})}
        await self.ear.heard()
        forget()  # a page is counted as it is first opened, whatever was opened before
        answer = await self.client.request(method, ask.path, **sent)
        self.client.cookies.clear()
        return answer, await self.ear.heard()

    async def nothing_to_tell(self) -> None:
        """What was said about the last deed has been read, and everybody was seen just now: both are writes once a while."""
        async with self.make.database.transaction() as db:
            await db.run("UPDATE session SET note = note - 'said', seen_at = $1", clock.now())

    async def signed_in(self, name: str, **who: Any) -> None:
        """This person knocks under `name` from now on."""
        async with self.make.database.transaction() as db:
            word = await sessions.open_session(db, "officer" if "officer_id" in who else "citizen", **who)
            found = await sessions.find(db, word)
            secret = await db.value("SELECT secret FROM session WHERE digest = $1", sessions.digest_of(word))
        assert found is not None or who.get("stage")
        self.people[name] = Person(word, secret)


@asynccontextmanager
async def opened(folder: Path, keys: Path) -> AsyncIterator[House]:
    """A server of its own: what is counted must not depend on what other tests left."""
    async with founded(folder / "postgres") as server, _outside(folder) as (provider, payment):
        database = await open_database(server.app_dsn, largest=4)
        heard = await open_database(server.app_dsn, smallest=2, largest=2)  # the second: for refusals that must stay
        tools = Tools(
            database=database, store=FolderStore(folder / "objects"), catalogue=Catalogue(),
            calendars=Calendars(load_calendar()), keyring=Keyring(keys), public_url=HOME, demo=True, payment=payment,
        )
        app = create_app(Settings(
            demo=True, second_factor=False, public_url=HOME, log_level="error",
            payment_secret=SECRET, post_secret=SECRET, sms_secret=SECRET, oidc_issuer=provider.url,
            oidc_client_id="motcua", oidc_redirect=BACK,
        ))
        app.state.tools, app.state.store_report = replace(tools, database=heard), "no worm"
        ear = Ear()
        async with heard.pool.acquire() as one, heard.pool.acquire() as other:
            one.add_query_logger(ear.listen)
            other.add_query_logger(ear.listen)
        make = Make(database, tools)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME) as client:
            house = House(app, make, ear, client, {"nobody": Person()}, await _everything(database, make),
                          await make.citizen(), provider)
            await house.signed_in("officer", officer_id=house.officer.id)
            await house.signed_in("province", officer_id=(await make.officer("supervisor", "h99")).id)
            await house.signed_in("citizen", citizen_id=house.citizen.id)
            yield house
        await heard.close()
        await database.close()


@asynccontextmanager
async def _outside(folder: Path) -> AsyncIterator[tuple[Standing, HttpPayment]]:
    """The identity provider and the payment platform, calm."""
    provider = await stand("identity", folder / "identity.sqlite", "--calm", "--redirect-uri", BACK)
    platform = await stand("payment", folder / "payment.sqlite", "--calm")
    payment = HttpPayment(platform.url, SECRET)
    try:
        yield provider, payment
    finally:
        await payment.close()
        await provider.stop()
        await platform.stop()


async def _everything(database: Database, make: Make) -> SignedOfficer:
    """An officer with every role, so that each route opens to the same person."""
    async with database.transaction(offices=OFFICES) as db:
        await appoint(
            db, office_id=COMMUNE, login=EVERYTHING, name="Lò Thị Mọi Việc", title="Cán bộ", password=PASSWORD,
            roles=[role.value for role in Role], signing_key="leader-tanmai", password_hash=password_hash(),
        )
    return await make.officer("moi-viec")
