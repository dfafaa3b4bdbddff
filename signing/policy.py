"""How pyHanko is asked, and what its answers mean for us."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from asn1crypto import x509
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from pyhanko.sign.validation.ades import AdESBasicValidationResult
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    LocalKnowledge,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.report import Overall, Why
from signing.store import Store
from signing.trust import TrustRoots

_MEANINGS: dict[object, tuple[Overall, Why]] = {
    AdESFailure.FORMAT_FAILURE: ("changed", Why.BROKEN_SIGNATURE),
    AdESFailure.HASH_FAILURE: ("changed", Why.WRONG_DIGEST),
    AdESFailure.SIG_CRYPTO_FAILURE: ("changed", Why.BROKEN_SIGNATURE),
    AdESFailure.REVOKED: ("revoked", Why.CERTIFICATE_REVOKED),
    AdESFailure.NOT_YET_VALID: ("untrusted", Why.CERTIFICATE_EXPIRED),
    AdESIndeterminate.REVOKED_NO_POE: ("revoked", Why.CERTIFICATE_REVOKED),
    AdESIndeterminate.REVOKED_CA_NO_POE: ("revoked", Why.CERTIFICATE_REVOKED),
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: ("untrusted", Why.NO_PATH),
    AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE: ("untrusted", Why.NO_PATH),
    AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE: ("untrusted", Why.NO_PATH),
    AdESIndeterminate.SIG_CONSTRAINTS_FAILURE: ("untrusted", Why.NO_PATH),
    AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND: ("changed", Why.BROKEN_SIGNATURE),
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: ("untrusted", Why.WEAK_ALGORITHM),
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: ("untrusted", Why.WEAK_ALGORITHM),
    AdESIndeterminate.TIMESTAMP_ORDER_FAILURE: ("untrusted", Why.TIMESTAMP_UNTRUSTED),
    AdESIndeterminate.EXPIRED: ("unknown", Why.CERTIFICATE_EXPIRED),
    AdESIndeterminate.NOT_YET_VALID: ("unknown", Why.CERTIFICATE_EXPIRED),
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: ("unknown", Why.CERTIFICATE_EXPIRED),
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: ("unknown", Why.CERTIFICATE_EXPIRED),
}
UNPROVEN: tuple[Overall, Why] = ("unknown", Why.NO_REVOCATION_PROOF)


def specification(trust: TrustRoots, backend: AIOHttpFetcherBackend | None) -> SignatureValidationSpec:
    """Trusts the caller's roots only and demands proof of non-revocation. Without a backend nobody is asked."""

    def policy(roots: tuple[bytes, ...], revocation: RevocationCheckingPolicy) -> CertValidationPolicySpec:
        manager = SimpleTrustManager.build(trust_roots=[x509.Certificate.load(der) for der in roots])
        return CertValidationPolicySpec(manager, CertRevTrustPolicy(revocation))

    known = dict.fromkeys((*trust.intermediates, *trust.signers, *trust.timestamps))
    online = RevinfoOnlineFetchingRule.ALWAYS_FETCH if backend else RevinfoOnlineFetchingRule.LOCAL_ONLY
    return SignatureValidationSpec(
        cert_validation_policy=policy(trust.signers, REQUIRE_REVINFO),
        ts_cert_validation_policy=policy(trust.timestamps or trust.signers, REQUIRE_REVINFO),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(
            online, backend, certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH
        ),
        # pyHanko looks for the issuer of a revocation list here, not among the roots.
        local_knowledge=LocalKnowledge(known_certs=[x509.Certificate.load(der) for der in known]),
        key_usage_settings=KeyUsageConstraints(
            key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
        ),
    )


def offline(spec: SignatureValidationSpec, store: Store) -> SignatureValidationSpec:
    """Only what the file carries, and proof of non-revocation from time-stamping authorities too."""
    return replace(
        timestamps_checked(spec, revocation=True),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(
            RevinfoOnlineFetchingRule.LOCAL_ONLY,
            certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
        ),
        local_knowledge=with_store(spec, store).local_knowledge,
    )


def with_store(spec: SignatureValidationSpec, store: Store) -> SignatureValidationSpec:
    """The file's own proofs beside whatever else may be asked."""
    return replace(
        spec,
        local_knowledge=LocalKnowledge(
            known_certs=spec.local_knowledge.known_certs + store.certificates,
            known_ocsps=store.ocsps,
            known_crls=store.crls,
        ),
    )


def without_revocation(spec: SignatureValidationSpec) -> SignatureValidationSpec:
    """Paths and dates only."""
    blind = timestamps_checked(spec, revocation=False)
    policy = replace(blind.cert_validation_policy, revinfo_policy=CertRevTrustPolicy(NO_REVOCATION))
    return replace(blind, cert_validation_policy=policy)


def timestamps_checked(spec: SignatureValidationSpec, *, revocation: bool) -> SignatureValidationSpec:
    """Whether time-stamping authorities must prove that they were not revoked."""
    assert spec.ts_cert_validation_policy is not None
    rule = REQUIRE_REVINFO if revocation else NO_REVOCATION
    policy = replace(spec.ts_cert_validation_policy, revinfo_policy=CertRevTrustPolicy(rule))
    return replace(spec, ts_cert_validation_policy=policy)


def as_of(when: datetime) -> ValidationTimingInfo:
    """Judge as if it were this moment."""
    return ValidationTimingInfo(when, when, point_in_time_validation=True)


def revoked_before(result: AdESBasicValidationResult[Any], moment: datetime) -> bool:
    """Today's answer says revoked, and since before the signature was proven to exist."""
    if meaning(result.ades_subindic)[0] != "revoked":
        return False
    details = result.api_status.revocation_details if result.api_status is not None else None
    return details is None or details.revocation_date <= moment


def meaning(found: object) -> tuple[Overall, Why]:
    """Our word for an AdES sub-indication (ETSI EN 319 102-1); what is not known is not proven."""
    return _MEANINGS.get(found, UNPROVEN)
