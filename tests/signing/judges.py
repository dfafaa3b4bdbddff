"""Independent judges of a signed PDF. None of them shares our verification code.

    python -m tests.signing.judges FILE.pdf --root root.pem [--java]

OpenSSL checks the bytes, found by a regular expression and not by a PDF library; pyHanko runs its own AdES
validation; with `--java` the European Commission's DSS and veraPDF (PDF/A-2b) come from Maven Central.
Prints a line for each verdict; the exit code is 0 when all agree that the file is good.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from asn1crypto import cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

_HERE = Path(__file__).parent
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


@dataclass(frozen=True)
class Opinion:
    """One judge's word on one thing."""

    judge: str
    good: bool
    words: str


class JudgeMissing(Exception):
    """The judge cannot be had on this machine; the message says what to install."""


def openssl(pdf: bytes, root: Path) -> list[Opinion]:
    """`openssl cms -verify` on each signature's bytes, `openssl ts -verify` on each time-stamp."""
    opinions = []
    for number, found in enumerate(_BYTE_RANGE.finditer(pdf), 1):
        start, first, second, rest = (int(group) for group in found.groups())
        data = pdf[start : start + first] + pdf[second : second + rest]
        container = _without_padding(bytes.fromhex(pdf[first + 1 : second - 1].decode("ascii")))
        parsed = cms.ContentInfo.load(container)["content"]
        if parsed["encap_content_info"]["content_type"].native == "tst_info":
            opinions.append(_timestamp(f"document time-stamp {number}", container, data, root))
            continue
        opinions.append(_signature(f"signature {number}", container, data, root))
        for attribute in parsed["signer_infos"][0]["unsigned_attrs"]:
            if attribute["type"].native == "signature_time_stamp_token":
                token = attribute["values"][0].dump()
                value = parsed["signer_infos"][0]["signature"].native
                opinions.append(_timestamp(f"time-stamp of signature {number}", token, value, root))
    return opinions or [Opinion("openssl", False, "no signature found")]


def pyhanko(pdf: bytes, root: Path) -> list[Opinion]:
    """pyHanko's own AdES validation with long-term data, offline, at the library's defaults."""
    trusted = [x509.Certificate.load(_der(root))]
    policy = CertValidationPolicySpec(
        SimpleTrustManager.build(trust_roots=trusted), CertRevTrustPolicy(REQUIRE_REVINFO)
    )
    spec = PdfSignatureValidationSpec(
        SignatureValidationSpec(
            policy,
            RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
            local_knowledge=LocalKnowledge(known_certs=trusted),
        )
    )
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    opinions = []
    for one in reader.embedded_regular_signatures:
        one.compute_integrity_info()
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            result = runner.run(ades_lta_validation(one, spec))
        status = result.api_status
        good = result.ades_subindic is AdESPassed.OK and status is not None and status.bottom_line
        words = f"{one.field_name}: {result.ades_subindic}"
        opinions.append(Opinion("pyHanko AdES", good, words))
    return opinions or [Opinion("pyHanko AdES", False, "no signature found")]


def eu_dss(file: Path, root: Path) -> Opinion:
    """The European Commission's validator. Raises JudgeMissing."""
    return _java("EU DSS", _HERE / "eu_dss", str(file), str(root))


def verapdf(file: Path) -> Opinion:
    """The reference judge of PDF/A-2b. Raises JudgeMissing."""
    return _java("veraPDF 2b", _HERE / "verapdf", str(file), "2b")


def _signature(what: str, container: bytes, data: bytes, root: Path) -> Opinion:
    with tempfile.TemporaryDirectory() as folder:
        signature, content = Path(folder, "signature.der"), Path(folder, "content")
        signature.write_bytes(container)
        content.write_bytes(data)
        done = _run(
            "openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", str(signature),
            "-content", str(content), "-CAfile", str(root), "-purpose", "any", "-out", "/dev/null",
        )  # fmt: skip
    return Opinion("openssl cms", done.returncode == 0, f"{what}: {_last(done)}")


def _timestamp(what: str, token: bytes, data: bytes, root: Path) -> Opinion:
    with tempfile.TemporaryDirectory() as folder:
        stamp, content = Path(folder, "token.der"), Path(folder, "content")
        stamp.write_bytes(token)
        content.write_bytes(data)
        done = _run(
            "openssl",
            "ts",
            "-verify",
            "-token_in",
            "-in",
            str(stamp),
            "-data",
            str(content),
            "-CAfile",
            str(root),
        )
    return Opinion("openssl ts", done.returncode == 0, f"{what}: {_last(done)}")


def _java(judge: str, folder: Path, *arguments: str) -> Opinion:
    done = _run("java", "-cp", _class_path(folder), str(folder / "Judge.java"), *arguments)
    return Opinion(
        judge, done.returncode == 0, " | ".join((done.stdout + done.stderr).strip().splitlines()[-6:])
    )


@cache
def _class_path(folder: Path) -> str:
    for tool, package in (("javac", "default-jdk-headless"), ("mvn", "maven")):
        if shutil.which(tool) is None:
            raise JudgeMissing(f"{tool} is missing: apt-get install {package}")
    with tempfile.TemporaryDirectory() as scratch:
        listing = Path(scratch, "classpath")
        plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath"
        done = _run("mvn", "-q", "-B", "-f", str(folder / "pom.xml"), plugin, f"-Dmdep.outputFile={listing}")
        if done.returncode != 0:
            raise JudgeMissing("Maven Central cannot be reached, and its packages are not in the local store")
        return listing.read_text()


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=170, check=False)


def _last(done: subprocess.CompletedProcess[str]) -> str:
    return ((done.stdout.strip() or done.stderr.strip()).splitlines() or ["no word"])[-1][:120]


def _without_padding(container: bytes) -> bytes:
    return bytes(cms.ContentInfo.load(container).dump())


def _der(pem: Path) -> bytes:
    done = subprocess.run(
        ["openssl", "x509", "-in", str(pem), "-outform", "DER"], capture_output=True, check=True, timeout=20
    )
    return done.stdout


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.signing.judges", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--root", type=Path, required=True, help="PEM of the trusted root")
    parser.add_argument(
        "--java", action="store_true", help="ask EU DSS and veraPDF too (needs Java and Maven)"
    )
    options = parser.parse_args(words)
    pdf = options.file.read_bytes()
    opinions = [*openssl(pdf, options.root), *pyhanko(pdf, options.root)]
    if options.java:
        opinions += [eu_dss(options.file, options.root), verapdf(options.file)]
    for opinion in opinions:
        print(f"{'good' if opinion.good else 'BAD '}  {opinion.judge:14} {opinion.words}")
    return 0 if all(opinion.good for opinion in opinions) else 1


if __name__ == "__main__":
    sys.exit(main())
