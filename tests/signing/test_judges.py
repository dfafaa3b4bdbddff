"""R12: what we sign, others accept; what they reject, we reject."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.signing import judges
from tests.signing.conftest import Office

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl is missing: apt-get install openssl"
)


@pytest.fixture(scope="module")
def file(sealed: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("result") / "result.pdf"
    where.write_bytes(sealed)
    return where


@needs_openssl
def test_openssl_accepts_both_signatures_and_all_time_stamps(office: Office, sealed: bytes) -> None:
    opinions = judges.openssl(sealed, office.folder / "root.pem")
    assert [opinion.judge for opinion in opinions].count("openssl cms") == 2
    assert [opinion.judge for opinion in opinions].count("openssl ts") == 3
    assert [opinion.words for opinion in opinions if not opinion.good] == []


@needs_openssl
def test_openssl_rejects_a_changed_byte(office: Office, sealed: bytes) -> None:
    forged = bytearray(sealed)
    forged[2000] ^= 1
    assert not any(
        opinion.good
        for opinion in judges.openssl(bytes(forged), office.folder / "root.pem")
        if not opinion.words.startswith("time-stamp")
    )


def test_pyhanko_by_itself_accepts_the_result(office: Office, sealed: bytes) -> None:
    opinions = judges.pyhanko(sealed, office.folder / "root.pem")
    assert [opinion.good for opinion in opinions] == [True, True]


@pytest.mark.slow
def test_the_european_commissions_validator_sees_pades_baseline_lta(office: Office, file: Path) -> None:
    try:
        opinion = judges.eu_dss(file, office.folder / "root.pem")
    except judges.JudgeMissing as missing:
        pytest.skip(str(missing))
    assert opinion.good, opinion.words
    assert opinion.words.count("PAdES-BASELINE-LTA TOTAL_PASSED") == 2


@pytest.mark.slow
def test_the_sealed_result_is_still_pdf_a(file: Path) -> None:
    try:
        opinion = judges.verapdf(file)
    except judges.JudgeMissing as missing:
        pytest.skip(str(missing))
    assert opinion.good, opinion.words


@needs_openssl
def test_the_command_prints_a_line_for_each_judge(
    office: Office, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(office.folder / "root.pem")
    assert judges.main([str(file), "--root", root]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 7
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(file.read_bytes().replace(b"/Type /Page ", b"/Type /Paga ", 1))
    assert judges.main([str(broken), "--root", root]) == 1
