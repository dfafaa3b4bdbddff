"""The processes of a demo, each with its own log in the folder."""

import sys
from collections.abc import Mapping

from app.demo.plan import CALLED_BACK, ROOT, SIGNED, Plan
from app.supervisor import Part, answers

DATABASE, OUTSIDE, OFFICE = 0, 1, 2         # waves: the office stops first, the database last


def command(name: str, *words: str, environment: Mapping[str, str]) -> Part:
    """`motcua <words>` as a part of the office."""
    return Part(
        name,
        (sys.executable, "-m", "app.cli", *words),
        {**environment, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        wave=OFFICE,
        folder=ROOT,
        patience=120,
    )


def web(plan: Plan, environment: Mapping[str, str]) -> Part:
    """The pages. Ready when they are truthfully alive."""
    part = command("web", "serve", environment=environment)
    return Part(**{**vars(part), "ready": answers(plan.url("web") + "/livez")})


def worker(environment: Mapping[str, str]) -> Part:
    """Queued work and due timers."""
    return command("worker", "worker", environment=environment)


def outside(plan: Plan, *, calm: bool) -> list[Part]:
    """The PKI and the systems that stand in for the country's. They misbehave unless `calm`."""
    pki = ("simulators.pki", "--folder", str(plan.folder / "pki"), "--port", str(plan.ports["pki"]))
    return [_simulator(plan, "pki", pki), *(_with_a_book(plan, name, calm=calm) for name in _WORDS)]


# What each system is told besides its port and its book. A demonstrator must always be able to sign in and to read
# the letters, so those two never misbehave.
_WORDS = {"identity": ("--calm",), "mailbox": ("--calm",), "population": (), "sms": (), "payment": (), "post": ()}


def _with_a_book(plan: Plan, name: str, *, calm: bool) -> Part:
    words = ["--port", str(plan.ports[name]), "--book", str(plan.folder / "books" / f"{name}.sqlite"), *_WORDS[name]]
    if calm and "--calm" not in words:
        words.append("--calm")
    if name in CALLED_BACK:
        words += ["--callback-url", plan.callback_url(name)]
    if name == "mailbox":
        words += ["--smtp-port", str(plan.ports["smtp"])]
    if name == "identity":
        words += ["--client-id", "motcua", "--client-secret", plan.secret("oidc")]
        words += ["--redirect-uri", f"{plan.public_url}/sign-in/back", "--post-logout-uri", f"{plan.public_url}/"]
    return _simulator(plan, name, (f"simulators.{name}", *words))


def _simulator(plan: Plan, name: str, words: tuple[str, ...]) -> Part:
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    if name in SIGNED:
        environment["SIMULATOR_SECRET"] = plan.secret(name)
    return Part(
        name,
        (sys.executable, "-m", *words),
        environment,
        ready=answers(plan.url(name) + "/livez"),
        wave=OUTSIDE,
        folder=ROOT,
    )
