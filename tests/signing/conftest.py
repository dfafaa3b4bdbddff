"""An office with a leader, a seal and a development PKI of its own."""

from __future__ import annotations

import io
import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
import typst

from signing import Appearance, Box, FileKey, LaterSignature, Timestamper, TrustRoots, seal_box, sign_pdf
from signing.images import seal_image, signature_image
from simulators.pki import Issued, Subject, ensure, issue, server, tsa_url

FONT = Path(__file__).parents[2] / "app/papers/fonts/Tinos_700Bold.ttf"
HAND = Box.from_top(115, 126, 50, 22)
PAGE = """
#set page(paper: "a4")
#set text(lang: "vi", fallback: true)
#set document(title: "Giấy mẫu", date: datetime(year: 2026, month: 1, day: 2))
Giấy chứng nhận mẫu, không có giá trị. #pagebreak() Trang hai.
"""


@dataclass(frozen=True)
class Office:
    """What signing needs, all synthetic."""

    folder: Path
    url: str
    trust: TrustRoots
    clock: Timestamper
    leader: FileKey
    seal: FileKey

    def key(self, issued: Issued) -> FileKey:
        return FileKey.from_pkcs12(issued.p12, issued.passphrase)

    @contextmanager
    def misbehaving(self, **services: dict[str, object]) -> Iterator[None]:
        """Let the TSA, OCSP or CRL service fail for a while."""
        self._behave(services)
        try:
            yield
        finally:
            self._behave({})

    def _behave(self, services: dict[str, dict[str, object]]) -> None:
        request = urllib.request.Request(
            f"{self.url}/behaviour", json.dumps(services).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=5):
            pass


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("pki")
    web = server.make(folder, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{web.server_port}"
    ensure(folder, url)
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    leader = issue(folder, Subject("Nguyễn Văn Mẫu", "UBND xã Mẫu", "Chủ tịch"), "leader")
    seal = issue(folder, Subject("UBND xã Mẫu", "UBND xã Mẫu"), "seal")
    yield Office(
        folder,
        url,
        TrustRoots.from_pem((folder / "root.pem").read_bytes()),
        Timestamper(tsa_url(folder)),
        FileKey.from_pkcs12(leader.p12, leader.passphrase),
        FileKey.from_pkcs12(seal.p12, seal.passphrase),
    )
    web.shutdown()
    thread.join()
    web.server_close()


@pytest.fixture(scope="session")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two pages, PDF/A-2b, in the form in which our papers are kept."""
    source = tmp_path_factory.mktemp("page") / "page.typ"
    source.write_text(PAGE, "utf-8")
    compiled = typst.compile(str(source), pdf_standards=["a-2b"])
    assert isinstance(compiled, bytes)
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(compiled)) as document:
        document.save(written, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return written.getvalue()


@pytest.fixture(scope="session")
def signed(office: Office, pdf: bytes) -> bytes:
    """By the leader: certified, with a place kept for the seal; B-T."""
    return sign_pdf(
        pdf,
        key=office.leader,
        appearance=Appearance(0, HAND, signature_image("Nguyễn Văn Mẫu")),
        timestamper=office.clock,
        trust=office.trust,
        certify="allow-signatures",
        later=[LaterSignature("seal", 0, seal_box(HAND))],
        field="leader",
    ).data


@pytest.fixture(scope="session")
def sealed(office: Office, signed: bytes) -> bytes:
    """By the agency too, closed, B-LTA: what a citizen receives."""
    return sign_pdf(
        signed,
        key=office.seal,
        appearance=Appearance(0, seal_box(HAND), seal_image("Ủy ban nhân dân xã Mẫu", font=FONT)),
        timestamper=office.clock,
        trust=office.trust,
        validation_data=True,
        field="seal",
    ).data
