"""Embed the few letters a signature's text needs.

pyHanko's own font embedding writes widths in the font's units instead of thousandths: letters stand apart in fonts
of 2048 units, and PDF/A forbids it. The letters are taken one by one: Vietnamese has one code point per letter
(NFC), so no shaping is needed.
"""

from __future__ import annotations

import functools
import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont, TTLibError
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from signing.errors import SigningError


@dataclass(frozen=True)
class Letters:
    """A subset of a TrueType font. Widths and metrics in thousandths of the font size."""

    name: str
    program: bytes
    glyphs: dict[str, int]
    widths: dict[int, int]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int

    def shown(self, line: str) -> bytes:
        """The operand that shows the line, two bytes for each letter."""
        return b"<" + "".join(f"{self.glyphs[letter]:04x}" for letter in _composed(line)).encode() + b"> Tj"


def letters_for(font: Path, lines: tuple[str, ...]) -> Letters:
    """The subset for these lines; made once per font and set of letters. Raises SigningError for a missing letter."""
    return _subset(font, frozenset(_composed("".join(lines))))


def embed(writer: BasePdfFileWriter, letters: Letters) -> generic.IndirectObject:
    """Write the font into the file; a reference for the resources."""
    program = generic.StreamObject(
        {pdf_name("/Length1"): generic.NumberObject(len(letters.program))}, stream_data=letters.program
    )
    program.compress()
    descriptor = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/FontDescriptor"),
            pdf_name("/FontName"): pdf_name("/" + letters.name),
            pdf_name("/Flags"): generic.NumberObject(4),
            pdf_name("/FontBBox"): generic.ArrayObject(map(generic.NumberObject, letters.box)),
            pdf_name("/ItalicAngle"): generic.NumberObject(0),
            pdf_name("/Ascent"): generic.NumberObject(letters.ascent),
            pdf_name("/Descent"): generic.NumberObject(letters.descent),
            pdf_name("/CapHeight"): generic.NumberObject(letters.ascent),
            pdf_name("/StemV"): generic.NumberObject(80),
            pdf_name("/FontFile2"): writer.add_object(program),
        }
    )
    system = {"/Registry": "Adobe", "/Ordering": "Identity"}
    descendant = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/CIDFontType2"),
            pdf_name("/BaseFont"): pdf_name("/" + letters.name),
            pdf_name("/CIDSystemInfo"): generic.DictionaryObject(
                {pdf_name(key): generic.pdf_string(text) for key, text in system.items()}
                | {pdf_name("/Supplement"): generic.NumberObject(0)}
            ),
            pdf_name("/FontDescriptor"): writer.add_object(descriptor),
            pdf_name("/CIDToGIDMap"): pdf_name("/Identity"),
            pdf_name("/W"): _widths(letters),
        }
    )
    meaning = generic.StreamObject(stream_data=_to_unicode(letters))
    meaning.compress()
    return writer.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Font"),
                pdf_name("/Subtype"): pdf_name("/Type0"),
                pdf_name("/BaseFont"): pdf_name("/" + letters.name),
                pdf_name("/Encoding"): pdf_name("/Identity-H"),
                pdf_name("/DescendantFonts"): generic.ArrayObject([writer.add_object(descendant)]),
                pdf_name("/ToUnicode"): writer.add_object(meaning),
            }
        )
    )


@functools.lru_cache(maxsize=256)
def _subset(font: Path, wanted: frozenset[str]) -> Letters:
    options = subset.Options(retain_gids=True, hinting=False, notdef_outline=True, layout_features=[])
    options.drop_tables += ["FFTM", "name", "post"]
    try:
        with TTFont(font, recalcTimestamp=False) as whole:
            by_code = whole.getBestCmap()
            missing = sorted(letter for letter in wanted if ord(letter) not in by_code)
            if missing:
                raise SigningError(f"the font lacks {' '.join(missing)}")
            glyphs = {letter: whole.getGlyphID(by_code[ord(letter)]) for letter in wanted}
            scale = 1000 / whole["head"].unitsPerEm
            names = whole.getGlyphOrder()
            widths = {glyph: round(whole["hmtx"][names[glyph]][0] * scale) for glyph in glyphs.values()}
            head, lines = whole["head"], whole["hhea"]
            box = tuple(round(value * scale) for value in (head.xMin, head.yMin, head.xMax, head.yMax))
            ascent, descent = round(lines.ascent * scale), round(lines.descent * scale)
            cutter = subset.Subsetter(options)
            cutter.populate(gids=list(glyphs.values()))
            cutter.subset(whole)
            out = io.BytesIO()
            whole.save(out)
    except (OSError, TTLibError) as error:
        raise SigningError("the font file is not a readable TrueType font") from error
    program = out.getvalue()
    name = f"{_tag(program)}+{font.stem.replace('_', '-')}"
    return Letters(name, program, glyphs, widths, (box[0], box[1], box[2], box[3]), ascent, descent)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _tag(program: bytes) -> str:
    """Six capitals that tell subsets apart."""
    number = sum(program) * len(program)
    return "".join(chr(65 + number // 26**place % 26) for place in range(6))


def _widths(letters: Letters) -> generic.ArrayObject:
    found = generic.ArrayObject()
    for glyph, width in sorted(letters.widths.items()):
        found.append(generic.NumberObject(glyph))
        found.append(generic.ArrayObject([generic.NumberObject(width)]))
    return found


def _to_unicode(letters: Letters) -> bytes:
    pairs = sorted((glyph, letter.encode("utf-16-be").hex()) for letter, glyph in letters.glyphs.items())
    blocks = []
    for start in range(0, len(pairs), 100):
        part = pairs[start : start + 100]
        rows = "\n".join(f"<{glyph:04x}> <{code}>" for glyph, code in part)
        blocks.append(f"{len(part)} beginbfchar\n{rows}\nendbfchar")
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        + "\n".join(blocks)
        + "\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()
