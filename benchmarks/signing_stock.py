"""The floor of signatures: pyHanko as its manual shows it, and pyHanko's own validation."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from pyhanko import stamp
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


@dataclass(frozen=True)
class Stock:
    """Two signers and their pictures, loaded once: kinder than a script a day would be."""

    leader: signers.SimpleSigner
    seal: signers.SimpleSigner
    pictures: tuple[Image.Image, Image.Image]
    root: Path

    @classmethod
    def of(cls, keys: Path, root: Path) -> Stock:
        """From the development keys."""
        loaded, pictures = [], []
        for name in ("leader-tanmai", "seal-tanmai"):
            words = (keys / f"{name}.passphrase").read_text("utf-8").strip().encode()
            signer = signers.SimpleSigner.load_pkcs12(str(keys / f"{name}.p12"), passphrase=words)
            assert signer is not None
            loaded.append(signer)
            with Image.open(keys / f"{name}.png") as opened:
                pictures.append(opened.convert("RGBA"))
        return cls(loaded[0], loaded[1], (pictures[0], pictures[1]), root)

    def once(self, pdf: bytes, which: int, box: tuple[int, int, int, int]) -> bytes:
        """`signed`, where no loop runs."""
        return asyncio.run(self.signed(pdf, which, box))

    async def signed(self, pdf: bytes, which: int, box: tuple[int, int, int, int]) -> bytes:
        """One visible signature, B-B."""
        style = stamp.StaticStampStyle(
            background=PdfImage(self.pictures[which]), background_opacity=1.0, border_width=0,
            background_layout=SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID),
        )  # fmt: skip
        field = f"Signature{which + 1}"
        made = signers.PdfSigner(
            signers.PdfSignatureMetadata(
                field_name=field, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, reason="Ký kết quả"
            ),
            (self.leader, self.seal)[which],
            stamp_style=style,
            new_field_spec=fields.SigFieldSpec(field, on_page=0, box=box),
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        out = await made.async_sign_pdf(writer)
        return bytes(out.getvalue())

    def verified(self, pdf: bytes) -> bool:
        """Both signatures, by the library's own validation with a trusted root, nothing fetched."""
        return asyncio.run(_verified(pdf, self.root))


async def _verified(pdf: bytes, root: Path) -> bool:
    context = ValidationContext(trust_roots=[load_cert_from_pemder(str(root))], allow_fetching=False)
    found = [
        await async_validate_pdf_signature(one, context)
        for one in PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    ]
    return len(found) == 2 and all(one.intact and one.valid and one.trusted for one in found)
