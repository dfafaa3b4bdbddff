"""`motcua smoke`: one dossier of every published procedure, over HTTP, as citizen and officers would.

A plain client: it knows the address and the sign-ins, and nothing of the inside. Timers are not waited for.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import httpx2

from app.smoke.calling import Caller, CallFailed, NothingMoves
from app.smoke.checking import CheckFailed, keep_papers, verify_results
from app.smoke.playing import Cast, Play, Played
from app.smoke.signing_in import CannotSignIn, SignIn, citizen, demo_sign_ins, officers, read_sign_ins
from app.smoke.table import report

PASSWORD = "mot-cua-demo"  # of the demonstration
CITIZEN = "Hoàng Thị Bích Liễu"
FAILURES = (CallFailed, NothingMoves, CheckFailed, httpx2.HTTPError, KeyError, OSError)

Say = Callable[[str], None]


def run(
    url: str, out: Path, *, commune: str = "tanmai", password: str = PASSWORD, sign_ins: Path | None = None,
    person: str = CITIZEN, say: Say = lambda line: print(line, flush=True),
) -> int:
    """Play every published procedure and put its papers into `out`. The exit code: 0 when all went well, else 1."""
    staff: Mapping[str, SignIn]
    try:
        staff = read_sign_ins(sign_ins) if sign_ins else demo_sign_ins(commune, password)
        signed = officers(url, staff)
    except (CannotSignIn, httpx2.HTTPError, OSError) as failed:
        say(f"FAILED before anything was played: {failed}")
        return 1
    applicant, complaint = _citizen(url, person)
    if complaint:
        say(complaint)
    cast = _cast(signed, applicant)
    played = [_play(cast, brief, number, out, say) for number, brief in enumerate(_procedures(cast))]
    for caller in (*signed.values(), *([applicant] if applicant else [])):
        caller.close()
    say(report(played))
    failed_ones = [one for one in played if one.failure]
    for one in failed_ones:
        say(f"FAILED {one.procedure} {one.code or one.dossier}: {one.failure}")
    if not played:
        say("FAILED: no procedure is published.")
    if complaint:
        say("FAILED: the citizen's part was played by the counter.")
    return 0 if played and not failed_ones and not complaint else 1


def _play(cast: Cast, brief: Mapping[str, str], number: int, out: Path, say: Say) -> Played:
    play: Play | None = None
    try:
        play = Play(cast, brief, number)
        play.fill_in()
        play.submit()
        say(f"{brief['code']}  {play.played.code}  {play.played.channel} → {play.played.way} …")
        play.handle()
        folder = out / play.played.code
        keep_papers(play, folder)
        verify_results(play, folder)
    except FAILURES as failed:
        played = play.played if play else Played(brief["code"], str(brief["code"]))
        played.failure = str(failed) or type(failed).__name__
        return played
    return play.played


def _citizen(url: str, person: str) -> tuple[Caller | None, str]:
    try:
        return citizen(url, person), ""
    except (CannotSignIn, httpx2.HTTPError) as failed:
        return None, f"No citizen can sign in, the counter files everything: {failed}"


def _cast(signed: Mapping[str, Caller], applicant: Caller | None) -> Cast:
    reception = signed["reception"]
    own = reception.get("/session")["office_id"]
    offices = reception.get("/offices")["items"]
    office = next(one for one in offices if one["id"] == own)
    other = next((one["territory_code"] for one in offices if one["id"] != own), office["territory_code"])
    return Cast(signed, applicant, office, other)


def _procedures(cast: Cast) -> list[Mapping[str, str]]:
    found: list[Mapping[str, str]] = cast.officers["reception"].get("/procedures")["items"]
    return sorted(found, key=lambda one: one["code"])
