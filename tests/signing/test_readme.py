"""The README's example runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

from signing.images import seal_image, signature_image
from simulators.pki import Subject, issue
from tests.signing.conftest import FONT, Office


def test_the_example_in_the_readme_runs(office: Office, pdf: bytes) -> None:
    text = (Path(__file__).parents[2] / "signing/README.md").read_text("utf-8")
    example = re.search(r"```python\n(.*?)```", text, re.S)
    assert example is not None
    leader = issue(office.folder, Subject("Nguyễn Văn Mẫu", "UBND xã Mẫu", "Chủ tịch"), "leader")
    agency = issue(office.folder, Subject("UBND xã Mẫu", "UBND xã Mẫu"), "seal")
    names = {
        "root_pem": (office.folder / "root.pem").read_bytes(),
        "tsa_url": office.clock.url,
        "leader_file": (leader.p12, leader.passphrase),
        "agency_file": (agency.p12, agency.passphrase),
        "pdf": pdf,
        "blue_png": signature_image("Nguyễn Văn Mẫu"),
        "red_png": seal_image("Ủy ban nhân dân xã Mẫu", font=FONT),
    }
    exec(compile(example.group(1), "README.md", "exec"), names)
    assert names["verdict"].overall == "valid"  # type: ignore[attr-defined]
