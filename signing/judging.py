"""One signature at a time: cryptography, path and time from pyHanko, then our own stricter rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate, AdESPassed
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.ades import (
    AdESBasicValidationResult,
    ades_basic_validation,
    ades_lta_validation,
    ades_timestamp_validation,
    ades_with_time_validation,
)
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, read_certification_data
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

from signing.exactness import certificate_facts, container_is_exact, gap_is_exact
from signing.network import SECONDS_PER_QUESTION, http_session
from signing.policy import (
    UNPROVEN,
    as_of,
    meaning,
    offline,
    revoked_before,
    specification,
    timestamps_checked,
    with_store,
    without_revocation,
)
from signing.report import Level, Overall, SignatureReport, TimestampReport, Why, worst
from signing.store import Store, read_store
from signing.trust import TrustRoots

# Findings about what was done to the file after a signature.
_LATER = {Why.CONTENT_CHANGED, Why.FIELD_CHANGED, Why.SIGNED_AFTER_CLOSING}


@dataclass
class Judge:
    """Everything the checks of one file share."""

    pdf: bytes
    reader: PdfFileReader
    found: list[EmbeddedPdfSignature]
    spec: SignatureValidationSpec
    timing: ValidationTimingInfo
    signature_fields: frozenset[str]
    proven: set[bytes]
    """DER of certificates on checked paths or in the file's own store, which the newest stamp covers."""
    store: Store
    online: bool
    stamps: dict[int, datetime] = field(default_factory=dict)
    """Document time-stamps found good: revision and time."""

    @classmethod
    @asynccontextmanager
    async def over(
        cls,
        pdf: bytes,
        reader: PdfFileReader,
        found: list[EmbeddedPdfSignature],
        trust: TrustRoots,
        moment: datetime,
        historical: bool,
        fetch: bool,
    ) -> AsyncIterator[Judge]:
        timing = ValidationTimingInfo(moment, moment, point_in_time_validation=historical)
        names = frozenset(name for name, _, _ in enumerate_sig_fields(reader))
        store = read_store(reader)
        stored = {certificate.dump() for certificate in store.certificates}
        proven = {*trust.signers, *trust.timestamps, *trust.intermediates, *stored}
        async with http_session() as session:
            spec = specification(
                trust, AIOHttpFetcherBackend(session, SECONDS_PER_QUESTION) if fetch else None
            )
            yield cls(pdf, reader, found, spec, timing, names, proven, store, fetch)

    @staticmethod
    def filled_signature_fields(reader: PdfFileReader) -> int:
        """How many signature fields hold something, readable or not."""
        return sum(1 for _ in enumerate_sig_fields(reader, filled_status=True))

    async def timestamp(self, one: EmbeddedPdfSignature) -> TimestampReport:
        """A document time-stamp; call it for the newest first.

        Its authority must have a good path and good dates when the next stamp took over, or now; and must not have
        been revoked when it stamped, by the proofs in the file. Newer proofs cannot be in the file.
        """
        findings = self._integrity(one)
        until = min(
            (when for revision, when in self.stamps.items() if revision > one.signed_revision), default=None
        )
        result = await ades_timestamp_validation(
            one.signed_data,
            timestamps_checked(self.spec, revocation=False),
            one.compute_digest,
            timing_info=as_of(until) if until else self.timing,
        )
        status = result.api_status
        if status is None or not (status.intact and status.valid):
            findings.append(("changed", Why.WRONG_DIGEST))
        elif result.ades_subindic is not AdESPassed.OK:
            findings.append(meaning(result.ades_subindic))
        else:
            then = await ades_timestamp_validation(
                one.signed_data,
                offline(self.spec, self.store),
                one.compute_digest,
                timing_info=as_of(status.timestamp),
            )
            if then.ades_subindic is AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE:
                findings.append(UNPROVEN)
            elif then.ades_subindic is not AdESPassed.OK:
                findings.append(meaning(then.ades_subindic))
        self._learn(status)
        if not findings and status is not None:
            self.stamps[one.signed_revision] = status.timestamp
        return TimestampReport(
            field=one.field_name,
            verdict=worst([v for v, _ in findings]) if findings else "valid",
            why=tuple(dict.fromkeys(w for _, w in findings)),
            authority=certificate_facts(one.signer_cert)["signer"],
            stamped_at=status.timestamp if status is not None else None,
            covers_whole_file=one.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        )

    async def signature(self, one: EmbeddedPdfSignature) -> SignatureReport:
        """A signature by a person or an agency; call it after the time-stamps."""
        findings = self._integrity(one)
        result = await self._validated(one)
        if result.ades_subindic is AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE:
            findings.append(await self._untrusted_or_unproven(one))
        elif result.ades_subindic is not AdESPassed.OK:
            findings.append(meaning(result.ades_subindic))
        status = result.api_status
        if status is not None and not (status.intact and status.valid):
            findings.append(("changed", Why.WRONG_DIGEST))
        self._learn(status)
        stamp = status.timestamp_validity if status is not None else None
        self._learn(stamp)
        stamped = stamp.timestamp if stamp is not None and stamp.valid and stamp.trusted else None
        if _has_timestamp(one) and stamped is None and not findings:
            findings.append(("untrusted", Why.TIMESTAMP_UNTRUSTED))
        return SignatureReport(
            field=one.field_name,
            verdict=worst([v for v, _ in findings]) if findings else "valid",
            why=tuple(dict.fromkeys(w for _, w in findings)),
            signed_at=_aware(one.self_reported_timestamp),
            timestamped=stamped,
            level=self._level(one),
            covers_whole_file=one.coverage is SignatureCoverageLevel.ENTIRE_FILE,
            changed_after=any(w in _LATER for _, w in findings),
            certifies=_certifies(self.reader, one),
            closes=one.docmdp_level is MDPPerm.NO_CHANGES,
            **certificate_facts(one.signer_cert),
        )

    async def _validated(self, one: EmbeddedPdfSignature) -> AdESBasicValidationResult[Any]:
        """As of the first document time-stamp after it, when every stamp since holds: then the file's proofs were
        fresh and the stamp proves that they, and the signature, existed. Otherwise as of the moment asked for.

        Online, today's answers come first: a revocation may be dated back.
        """
        proven = self._proven_at(one)
        if proven is None or self.online:
            result = await self._as_of_now(one)
            if proven is None or result.ades_subindic is AdESPassed.OK or revoked_before(result, proven):
                return result
        spec = PdfSignatureValidationSpec(offline(self.spec, self.store))
        return await ades_lta_validation(one, spec, timing_info=as_of(proven))

    async def _as_of_now(self, one: EmbeddedPdfSignature) -> AdESBasicValidationResult[Any]:
        method = ades_with_time_validation if _has_timestamp(one) else ades_basic_validation
        return await method(
            one.signed_data,
            with_store(self.spec, self.store),
            timing_info=self.timing,
            raw_digest=one.compute_digest(),
        )

    async def _untrusted_or_unproven(self, one: EmbeddedPdfSignature) -> tuple[Overall, Why]:
        """pyHanko says the same of a bad path and of a good one without revocation answers; we ask again."""
        result = await ades_basic_validation(
            one.signed_data,
            without_revocation(self.spec),
            timing_info=self.timing,
            raw_digest=one.compute_digest(),
        )
        return UNPROVEN if result.ades_subindic is AdESPassed.OK else ("untrusted", Why.NO_PATH)

    def _proven_at(self, one: EmbeddedPdfSignature) -> datetime | None:
        later = self._stamps_after(one)
        if not later or any(stamp.signed_revision not in self.stamps for stamp in later):
            return None
        moment = min(self.stamps[stamp.signed_revision] for stamp in later)
        return moment if moment <= self.timing.validation_time else None

    def _stamps_after(self, one: EmbeddedPdfSignature) -> list[EmbeddedPdfSignature]:
        newer = (other for other in self.found if other.signed_revision > one.signed_revision)
        return [other for other in newer if other.sig_object_type == "/DocTimeStamp"]

    def whole_file(self) -> tuple[Why, ...]:
        """What concerns the newest signature or stamp: it must close the file and be exact to the last bit."""
        newest = max(self.found, key=lambda one: one.signed_revision)
        why = []
        if newest.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
            why.append(Why.TRAILING_BYTES)
        if not container_is_exact(newest, self.proven):
            why.append(Why.BROKEN_SIGNATURE)
        return tuple(why)

    def _integrity(self, one: EmbeddedPdfSignature) -> list[tuple[Overall, Why]]:
        """Coverage, and what happened to the file after this signature."""
        one.compute_integrity_info()
        if one.coverage not in (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION):
            return [("changed", Why.UNCLEAR_COVERAGE)]
        if not gap_is_exact(self.pdf, one):
            return [("changed", Why.BROKEN_SIGNATURE)]
        difference = one.diff_result
        if not isinstance(difference, DiffResult):
            return [("changed", Why.CONTENT_CHANGED)]
        level = difference.modification_level
        if level > ModificationLevel.FORM_FILLING:
            return [("changed", Why.CONTENT_CHANGED)]
        if difference.changed_form_fields - self.signature_fields:
            return [("changed", Why.FIELD_CHANGED)]
        if level > ModificationLevel.LTA_UPDATES and (self._is_last_signature(one) or _is_closed(one, level)):
            return [("changed", Why.SIGNED_AFTER_CLOSING)]
        return []

    def _is_last_signature(self, one: EmbeddedPdfSignature) -> bool:
        return not any(
            other.signed_revision > one.signed_revision and other.sig_object_type != "/DocTimeStamp"
            for other in self.found
        )

    def _learn(self, status: Any) -> None:
        path = getattr(status, "validation_path", None)
        if path is not None:
            self.proven.update(certificate.dump() for certificate in path)

    def _level(self, one: EmbeddedPdfSignature) -> Level:
        """How the signature is built, whether or not it holds."""
        if not _has_timestamp(one):
            return "B-B"
        if not self.store.certificates:
            return "B-T"
        return "B-LTA" if self._stamps_after(one) else "B-LT"


def _has_timestamp(one: EmbeddedPdfSignature) -> bool:
    return next(iter(extract_tst_data_iter(one.signer_info, signed=False)), None) is not None


def _is_closed(one: EmbeddedPdfSignature, level: ModificationLevel) -> bool:
    allowed = one.docmdp_level
    return allowed is not None and level.value > allowed.value


def _certifies(reader: PdfFileReader, one: EmbeddedPdfSignature) -> bool:
    certification = read_certification_data(reader)
    return certification is not None and certification.author_sig == one.sig_object


def _aware(moment: datetime | None) -> datetime | None:
    """A claimed time without a zone says too little to be shown."""
    return moment if moment is None or moment.tzinfo else None
