"""The validation data a file carries: its document security store (DSS)."""

from __future__ import annotations

from dataclasses import dataclass, field

from asn1crypto import x509
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import ValidationInfoReadingError
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer


@dataclass(frozen=True)
class Store:
    """Certificates, OCSP answers and revocation lists; empty when the file has none."""

    certificates: list[x509.Certificate] = field(default_factory=list)
    ocsps: list[OCSPContainer] = field(default_factory=list)
    crls: list[CRLContainer] = field(default_factory=list)


def read_store(reader: PdfFileReader) -> Store:
    """What is in the newest revision. Raises ValueError and the like on broken entries."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except ValidationInfoReadingError:
        return Store()
    return Store(
        certificates=list(store.load_certs()),
        ocsps=[
            container
            for entry in store.ocsps
            for container in OCSPContainer.load_multi(OCSPResponse.load(entry.get_object().data))
        ],
        crls=[CRLContainer(CertificateList.load(entry.get_object().data)) for entry in store.crls],
    )
