"""A time-stamp's answer is judged alike the quick way and the slow way, and a false one is refused on both."""

from __future__ import annotations

import hashlib
import os
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as some

from signing import TimestampUnavailable, timestamps
from signing.plain_file import Unfamiliar
from signing.questions import Question, question_about
from signing.timestamps import token_in
from signing.token_form import Form, form_of
from signing.tokens import judged
from tests.signing.conftest import Office
from tests.signing.forgeries import NOW, Authority, imprint, of_the_pki, self_made, signature

DIGEST = hashlib.sha256(b"a paper").digest()
OTHER = hashlib.sha256(b"another paper").digest()


def asked() -> Question:
    return question_about(DIGEST, "sha256")


@pytest.fixture(scope="session")
def true(office: Office) -> Authority:
    return of_the_pki(office.folder)


@pytest.fixture(scope="session")
def stranger() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def good(true: Authority) -> tuple[Question, bytes, Form]:
    question = asked()
    return question, true.answer(question), form(true, question)


def form(authority: Authority, question: Question) -> Form:
    answer = authority.answer(question)
    return form_of(answer, judged(answer, question, NOW), question, NOW)


def answer_of(office: Office, question: Question) -> bytes:
    """The development PKI's authority, over the network."""
    headers = {"Content-Type": "application/timestamp-query"}
    request = urllib.request.Request(office.clock.url, question.der, headers)
    with urllib.request.urlopen(request, timeout=20) as told:
        return bytes(told.read())


def refused(known: Form, answer: bytes, question: Question) -> bool:
    """On the quick way, on the slow way, and where both meet."""
    if known.proves(answer, question, NOW):
        return False
    for judge in (lambda: judged(answer, question, NOW), lambda: token_in(answer, question)):
        with pytest.raises(TimestampUnavailable):
            judge()
    return True


def test_a_question_is_pyhankos_own(office: Office) -> None:
    question = asked()
    assert imprint(DIGEST, "sha256") == question.imprint
    assert question.imprint in question.der
    assert question.nonce in question.der
    assert question.nonce != asked().nonce
    assert judged(answer_of(office, question), question, NOW).token


def test_an_answer_of_a_known_form_is_proven_without_reading_it_anew(
    true: Authority, good: tuple[Question, bytes, Form]
) -> None:
    for serial, later in ((0x7F6F7443, 0), (0x01000000, 1), (0x4D6F7444, 3600)):
        question = asked()
        answer = true.says(serial=serial, stamped=NOW + timedelta(seconds=later)).answer(question)
        assert good[2].proves(answer, question, NOW)
        assert answer[good[2].token] == judged(answer, question, NOW).token


def test_the_development_authoritys_answers_are_of_one_form_where_they_are_of_one_length(office: Office) -> None:
    known: dict[int, Form] = {}
    again = 0
    for _ in range(6):
        question = asked()
        answer = answer_of(office, question)
        proof = judged(answer, question, datetime.now(UTC))
        if len(answer) in known:
            assert known[len(answer)].proves(answer, question, datetime.now(UTC))
            again += 1
        known[len(answer)] = form_of(answer, proof, question, datetime.now(UTC))
    assert again >= 2


def test_an_elliptic_proof_is_judged_alike() -> None:
    authority, question = self_made(ec.generate_private_key(ec.SECP256R1())), asked()
    known: dict[int, Form] = {}
    for _ in range(40):
        answer = authority.answer(question)
        known.setdefault(len(answer), form_of(answer, judged(answer, question, NOW), question, NOW))
        assert known[len(answer)].proves(answer, question, NOW)
    forged = authority.says(key=ec.generate_private_key(ec.SECP256R1()))
    met = 0
    for _ in range(40):
        answer = forged.answer(question)
        if len(answer) in known:
            met += 1
            assert refused(known[len(answer)], answer, question)
    assert met


def test_a_form_is_learned_once_and_then_used(true: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timestamps, "_FORMS", {})
    question = asked()
    answer = true.answer(question)
    token = token_in(answer, question)
    ((learned,),) = timestamps._FORMS.values()
    assert answer[learned.token] == token
    another = asked()
    assert token_in(true.answer(another), another)
    assert list(timestamps._FORMS.values()) == [(learned,)]


FALSE: dict[str, dict[str, object]] = {
    "something else is stamped": {"imprint": imprint(OTHER, "sha256")},
    "the same digest under another name": {"imprint": imprint(DIGEST, "sha3_256")},
    "a longer digest": {"imprint": imprint(hashlib.sha512(b"a paper").digest(), "sha512")},
    "another number": {"nonce": b"\x01" + bytes(7)},
    "not granted": {"status": "rejection"},
    "waiting": {"status": "waiting"},
    "the digest of other words": {"message_digest": OTHER},
    "no time-stamp by its own account": {"content": "data"},
    "does not say which certificate": {"silent": True},
    "proven with SHA-1": {"digest": "sha1"},
    "stamped after its certificate ended": {"stamped": NOW.replace(year=NOW.year + 60 if NOW.year < 1989 else 2049)},
    "stamped before its certificate began": {"stamped": datetime(2001, 1, 1, tzinfo=UTC)},
    "two signers": {"twice": True},
    "octets behind the answer": {"after": b"\0"},
    "octets behind the token": {"after_token": b"\x05\0"},
}


@pytest.mark.parametrize("said", FALSE.values(), ids=FALSE.keys())
def test_a_false_answer_with_a_true_signature_is_refused(
    true: Authority, good: tuple[Question, bytes, Form], said: dict[str, object]
) -> None:
    question = asked()
    assert refused(good[2], true.says(**said).answer(question), question)


def test_another_certificate_named_is_refused(office: Office, true: Authority, good: tuple[Question, bytes, Form]) -> None:
    question = asked()
    names = self_made(true.key).certificate
    forged = true.says(names=names).answer(question)
    assert len(forged) == len(good[1])
    assert refused(good[2], forged, question)


def test_another_signer_is_refused(true: Authority, good: tuple[Question, bytes, Form], stranger: rsa.RSAPrivateKey) -> None:
    question = asked()
    forged = true.says(key=stranger).answer(question)
    assert len(forged) == len(good[1])
    assert refused(good[2], forged, question)
    other = self_made(stranger).says(beside=(true.certificate,), names=true.certificate)
    assert refused(good[2], other.answer(question), question)


@pytest.mark.parametrize(
    ("critical", "usages"),
    [
        (False, [ExtendedKeyUsageOID.TIME_STAMPING]),
        (True, [ExtendedKeyUsageOID.CODE_SIGNING]),
        (True, [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING]),
        (True, []),
    ],
    ids=["not critical", "for something else", "for more", "for anything"],
)
def test_a_certificate_that_may_not_stamp_is_refused(
    stranger: rsa.RSAPrivateKey, critical: bool, usages: list[object]
) -> None:
    question = asked()
    may = self_made(stranger)
    known = form(may, question)
    may_not = self_made(stranger, critical=critical, usages=usages)  # type: ignore[arg-type]
    assert refused(known, may_not.answer(question), question)


def test_an_expired_certificate_is_refused_though_its_form_is_known(stranger: rsa.RSAPrivateKey) -> None:
    authority, question = self_made(stranger), asked()
    known, answer = form(authority, question), authority.answer(question)
    assert known.proves(answer, question, NOW + timedelta(hours=23))
    late = NOW + timedelta(days=1, seconds=1)
    assert not known.proves(answer, question, late)
    with pytest.raises(TimestampUnavailable):
        judged(answer, question, late)
    ended = self_made(stranger, until=NOW - timedelta(seconds=1))
    assert refused(known, ended.answer(question), question)


def test_a_time_there_is_not_and_a_number_that_is_not_plain_are_not_of_the_form(
    true: Authority, good: tuple[Question, bytes, Form]
) -> None:
    question, answer, known = good
    for place, octets in (
        (known.moment, b"20261332250000Z"), (known.moment, b"2026112300000 Z"), (known.serial, b"\x80\0\0\0"),
        (known.serial, b"\0\x01\0\0"),
    ):  # fmt: skip
        changes = {place.start + n: one for n, one in enumerate(octets)}
        assert not known.proves(again_signed(true, known, answer, changes), question, NOW)


def again_signed(authority: Authority, known: Form, answer: bytes, changes: dict[int, int]) -> bytes:
    """The answer with octets changed, and then digested and signed as if the authority had said it so."""
    changed = bytearray(answer)
    for place, octet in changes.items():
        changed[place] = octet
    changed[known.digest] = hashlib.sha256(changed[known.info]).digest()
    signed = b"\x31" + bytes(changed[known.attributes])[1:]
    changed[known.value] = signature(authority.key, signed)
    return bytes(changed)


@settings(max_examples=400, deadline=None)
@given(
    place=some.integers(0, 4000),
    bit=some.integers(0, 7),
    more=some.dictionaries(some.integers(0, 4000), some.integers(0, 255), max_size=2),
)
def test_what_the_quick_way_takes_the_slow_way_takes(
    true: Authority, good: tuple[Question, bytes, Form], place: int, bit: int, more: dict[int, int]
) -> None:
    question, answer, known = good
    changes = {at % len(answer): octet for at, octet in more.items()}
    changes[place % len(answer)] = answer[place % len(answer)] ^ 1 << bit
    plain = bytearray(answer)
    for at, octet in changes.items():
        plain[at] = octet
    for forged in (bytes(plain), again_signed(true, known, answer, changes)):
        if known.proves(forged, question, NOW):
            assert judged(forged, question, NOW).token == forged[known.token]


def test_no_octet_of_an_answer_may_differ(good: tuple[Question, bytes, Form]) -> None:
    question, answer, known = good
    for place in range(len(answer)):
        forged = answer[:place] + bytes((answer[place] ^ 1,)) + answer[place + 1 :]
        assert not known.proves(forged, question, NOW), place


def test_only_what_is_told_apart_is_ever_taken(true: Authority, good: tuple[Question, bytes, Form]) -> None:
    """With a true signature under it, an octet may differ in serial number and times alone."""
    question, answer, known = good
    holes = (known.serial, known.moment, known.claimed, known.digest, known.value)
    free = {n for one in holes if one is not None for n in range(one.start, one.stop)}
    taken = set()
    for place in range(len(answer)):
        forged = again_signed(true, known, answer, {place: answer[place] ^ 1})
        if known.proves(forged, question, NOW):
            taken.add(place)
            assert judged(forged, question, NOW).token == forged[known.token]
    assert taken <= free
    assert taken >= set(range(known.serial.start + 1, known.serial.stop))


def test_what_is_not_plain_is_left_to_the_slow_way(true: Authority, good: tuple[Question, bytes, Form]) -> None:
    question, answer, known = good
    proof = judged(answer, question, NOW)
    for strange in (
        replace(proof, signature="rsassa_pss"), replace(proof, token=proof.token + b"\0"),
        replace(proof, certificate=self_made(rsa.generate_private_key(65537, 2048)).certificate),
    ):  # fmt: skip
        with pytest.raises(Unfamiliar):
            form_of(answer, strange, question, NOW)
    for end in range(0, len(answer), 97):
        with pytest.raises(Unfamiliar):
            form_of(answer[:end] + os.urandom(1), proof, question, NOW)
    sha512 = true.says(digest="sha512").answer(question)
    assert not known.proves(sha512, question, NOW)
    assert form_of(sha512, judged(sha512, question, NOW), question, NOW).hashed_with == "sha512"
