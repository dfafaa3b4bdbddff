"""A development PKI: root, issuing authority, signers on demand, time-stamps, OCSP and revocation lists.

    python -m simulators.pki --folder DIR --port 8601

Everything it makes is kept in the folder and plainly marked as worthless. Nothing here is for a real office.
"""

from simulators.pki.authority import Issued, Subject, ensure, issue, revoke, tsa_url

__all__ = ["Issued", "Subject", "ensure", "issue", "revoke", "tsa_url"]
