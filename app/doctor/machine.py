"""This machine: settings, the store of files, disk, fonts."""

import asyncio
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.doctor.findings import Finding, broken, fine, warning
from app.settings import Settings

SCARCE, TOO_LITTLE = 5_000_000_000, 500_000_000       # bytes free


async def settings_and_machine(settings: Settings) -> list[Finding]:
    """What can be told without asking anybody."""
    complaints = settings.check()
    found = [broken("settings", complaint, "Mend it and start again.") for complaint in complaints]
    found = found or [fine("settings", "complete and safe" + (" for a demo" if settings.demo else ""))]
    return [*found, await asyncio.to_thread(_fonts), *_disks(settings)]


async def store(settings: Settings) -> list[Finding]:
    """Write, read, lock, and try to break the lock: `storage` does it and tells."""
    from storage import AddressRefused, open_store

    if not settings.store_url:
        return [broken("store", "MOTCUA_STORE_URL is not set", "Say where files are kept: folder:///… or s3://…")]
    try:
        opened = open_store(settings.store_address)
    except AddressRefused as refused:
        return [broken("store", str(refused), "Mend MOTCUA_STORE_URL.")]
    try:
        report = await asyncio.wait_for(opened.probe(), 30)
    except TimeoutError:
        return [broken("store", "does not answer within 30 s", "Start it, or mend MOTCUA_STORE_URL.")]
    finally:
        await opened.close()
    if not (report.reachable and report.writable):
        return [broken("store", report.words, "Start it, make its bucket, or mend its address and keys.")]
    if not report.worm:
        return [warning("store", f"no WORM: {report.words}", "Use a store with object lock when results must be kept.")]
    return [fine("store", report.words)]


def _fonts() -> Finding:
    from app.papers.errors import PaperDamaged
    from app.papers.fonts import check_fonts

    try:
        check_fonts()
    except PaperDamaged as damaged:
        return broken("fonts", str(damaged), "Install this release again; its fonts come with it.")
    return fine("fonts", "Tinos, with all Vietnamese letters")


def _disks(settings: Settings) -> list[Finding]:
    parts = urlsplit(settings.store_url)
    folder = Path(unquote(parts.path)) if parts.scheme == "folder" else Path("/tmp")
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    told = f"{free / 1e9:.1f} GB free at {folder}"
    if free < TOO_LITTLE:
        return [broken("disk", told, "Free some space: without it nothing can be received.")]
    if free < SCARCE:
        return [warning("disk", told, "Make room before it is needed.")]
    return [fine("disk", told)]
