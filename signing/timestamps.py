"""Time-stamps over HTTP (RFC 3161), with every answer checked before it is used."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import aiohttp
from asn1crypto import cms, tsp
from pyhanko.sign.timestamps import TimeStamper as PyhankoTimeStamper

from signing.certificates import now
from signing.errors import TimestampUnavailable
from signing.exchange import LONGEST_ANSWER, Answer, Exchange, plain_address
from signing.plain_file import Unfamiliar
from signing.questions import Question, question_about
from signing.timestamper import Timestamper as Timestamper
from signing.token_form import Form, form_of
from signing.tokens import judged

_QUESTION, _ANSWER = "application/timestamp-query", "application/timestamp-reply"


class HttpTimeStamper(PyhankoTimeStamper):
    """The client handed to pyHanko. One per signature; connections are the call's, forms of answers the process's."""

    def __init__(self, settings: Timestamper, session: aiohttp.ClientSession, exchange: Exchange) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
        self._settings = settings
        self._session = session
        self._exchange = exchange
        self.last_token: bytes | None = None

    async def stamp(self, digest: bytes, algorithm: str) -> bytes:
        """The DER of a token for exactly this digest, with our nonce, proven by the certificate it encloses.

        Whether that certificate is trusted is judged elsewhere, with revocation. Raises TimestampUnavailable.
        """
        question = question_about(digest, algorithm)
        answer = await self._answered(question.der)
        self.last_token = token_in(answer, question)
        return self.last_token

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """`stamp`, for pyHanko."""
        return cms.ContentInfo.load(await self.stamp(message_digest, md_algorithm))

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        try:
            return tsp.TimeStampResp.load(await self._answered(req.dump()), strict=True)
        except ValueError as error:
            raise TimestampUnavailable("malformed", "the answer is not a time-stamp") from error

    async def _answered(self, question: bytes) -> bytes:
        """The octets of the answer. Raises TimestampUnavailable."""
        try:
            answer = await self._asked(question)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TimestampUnavailable("unreachable", "the time-stamping authority does not answer") from error
        if answer.status != 200:
            raise TimestampUnavailable("refused", f"the time-stamping authority answered {answer.status}")
        if len(answer.body) > LONGEST_ANSWER:
            raise TimestampUnavailable("malformed", "the time-stamping authority's answer has no end")
        return answer.body

    async def _asked(self, question: bytes) -> Answer:
        """Over a connection of our own where all is plain, otherwise through aiohttp, both within the one time limit."""
        loop = asyncio.get_running_loop()
        last = loop.time() + self._settings.timeout
        with suppress(Unfamiliar):
            address = plain_address(self._settings.url, _QUESTION, _ANSWER)
            return await self._exchange.post(address, question, self._settings.timeout)
        limit = aiohttp.ClientTimeout(total=max(last - loop.time(), 0.001))
        headers = {"Content-Type": _QUESTION, "Accept": _ANSWER}
        async with self._session.post(
            self._settings.url, data=question, headers=headers, timeout=limit, allow_redirects=False
        ) as told:
            body = await told.content.read(LONGEST_ANSWER + 1)
            while len(body) <= LONGEST_ANSWER and (more := await told.content.read(LONGEST_ANSWER)):
                body += more
            return Answer(told.status, body)


# By length: answers of one authority have few lengths, and of one length as many forms as it has machines.
_FORMS: dict[int, tuple[Form, ...]] = {}
_MOST_LENGTHS, _MOST_FORMS = 64, 16


def token_in(answer: bytes, question: Question) -> bytes:
    """The DER of the token in a good answer to this question. Raises TimestampUnavailable."""
    moment = now()
    for form in _FORMS.get(len(answer), ()):
        if form.proves(answer, question, moment):
            return answer[form.token]
    proof = judged(answer, question, moment)
    with suppress(Unfamiliar):
        _remember(form_of(answer, proof, question, moment))
    return proof.token


def _remember(form: Form) -> None:
    if form.length not in _FORMS and len(_FORMS) >= _MOST_LENGTHS:
        _FORMS.clear()
    _FORMS[form.length] = (form, *_FORMS.get(form.length, ())[: _MOST_FORMS - 1])
