"""The development PKI keeps its promises to those who start it."""

from __future__ import annotations

import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from signing import FileKey, Timestamper, TrustRoots, check_certificate, sign_pdf, verify_pdf
from simulators.pki import Subject, ensure, issue, server, tsa_url
from tests.ports import free_port
from tests.signing.conftest import Office

SOMEBODY = Subject("Đỗ Thị Thử", "UBND xã Mẫu", "Phó Chủ tịch")


def test_the_same_subject_gets_the_same_certificate(tmp_path: Path) -> None:
    first, second = issue(tmp_path, SOMEBODY, "leader"), issue(tmp_path, SOMEBODY, "leader")
    assert first == second
    assert issue(tmp_path, SOMEBODY, "seal") != first
    assert first.p12.stat().st_mode & 0o077 == 0
    assert first.passphrase_file.stat().st_mode & 0o077 == 0


def test_a_certificate_issued_while_the_server_runs_is_answered_for(office: Office) -> None:
    key = office.key(issue(office.folder, Subject("Mới Vào Làm", "UBND xã Mẫu"), "leader"))
    check_certificate(key, trust=office.trust)


def test_the_pulse(office: Office) -> None:
    with urllib.request.urlopen(f"{office.url}/livez", timeout=5) as answer:
        assert answer.read() == b"ok\n"


def test_moving_to_another_port_keeps_keys_and_old_files(tmp_path: Path, pdf: bytes) -> None:
    old = _at_free_port(tmp_path)
    issued = issue(tmp_path, SOMEBODY, "leader")
    trust = TrustRoots.from_pem((tmp_path / "root.pem").read_bytes())
    key = FileKey.from_pkcs12(issued.p12, issued.passphrase)
    with old:
        made = sign_pdf(
            pdf,
            key=key,
            timestamper=Timestamper(tsa_url(tmp_path)),
            trust=trust,
            validation_data=True,
            certify="no-changes",
        )
    new = _at_free_port(tmp_path)
    assert new.url != old.url
    again = issue(tmp_path, SOMEBODY, "leader")
    moved = FileKey.from_pkcs12(again.p12, again.passphrase)
    assert moved.certificate != key.certificate
    with new:
        check_certificate(moved, trust=trust)
    assert verify_pdf(made.data, trust=trust).overall == "valid"


def test_a_process_killed_before_the_key_file_is_written_loses_nothing(tmp_path: Path) -> None:
    issued = issue(tmp_path, SOMEBODY, "leader")
    issued.p12.with_suffix(".serial").unlink()
    issued.p12.write_bytes(b"half")
    again = issue(tmp_path, SOMEBODY, "leader")
    assert FileKey.from_pkcs12(again.p12, again.passphrase).certificate


@pytest.mark.slow
def test_the_process_answers_and_ends_when_told(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "simulators.pki", "--folder", str(tmp_path), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        # The line comes when the socket listens.
        assert process.stdout.readline().startswith(f"pki: http://127.0.0.1:{port}")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=20) as answer:
            assert answer.status == 200
        process.terminate()
        assert process.wait(timeout=20) == 0


@pytest.mark.slow
def test_a_busy_port_is_one_clear_line(office: Office, tmp_path: Path) -> None:
    port = office.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "simulators.pki", "--folder", str(tmp_path), "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith(f"pki: port {port} is busy")


class _Running:
    """A server in a thread for as long as the `with` lasts."""

    def __init__(self, folder: Path) -> None:
        self._web = server.make(folder, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._web.server_port}"
        ensure(folder, self.url)

    def __enter__(self) -> None:
        self._thread = threading.Thread(target=self._web.serve_forever, daemon=True)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._web.shutdown()
        self._thread.join()
        self._web.server_close()


def _at_free_port(folder: Path) -> _Running:
    return _Running(folder)
