"""Reading XML that a stranger may have written: no document types, no entities, no network, bounded in every way."""

from __future__ import annotations

from typing import Any

from lxml import etree

MAX_BYTES = 2 * 1024 * 1024
MAX_ELEMENTS = 5_000
MAX_DEPTH = 100


class Unreadable(Exception):
    """The file is not an acceptable XML file; the text says why."""


def parse(content: bytes) -> etree._Element:
    """The root element. Raises Unreadable. Comments and processing instructions are left out."""
    if len(content) > MAX_BYTES:
        raise Unreadable(f"the file is larger than {MAX_BYTES // (1024 * 1024)} MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Unreadable("the file is not UTF-8") from problem
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unreadable("the file has a document type (DOCTYPE)")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as problem:
        raise Unreadable(f"the file is not well-formed XML: {problem}") from problem
    document: Any = root.getroottree().docinfo
    if document.doctype or document.internalDTD is not None:
        raise Unreadable("the file has a document type (DOCTYPE)")
    if (document.encoding or "UTF-8").upper() not in ("UTF-8", "US-ASCII", "ASCII"):
        raise Unreadable("the file is not UTF-8")
    _bounded(root)
    return root


def _bounded(root: etree._Element) -> None:
    count, depth = 0, 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            count, depth = count + 1, depth + 1
            if depth > MAX_DEPTH:
                raise Unreadable(f"the file is nested deeper than {MAX_DEPTH} levels")
            if count > MAX_ELEMENTS:
                raise Unreadable(f"the file has more than {MAX_ELEMENTS} elements")
        else:
            depth -= 1
