"""Publish packages: read, prove, freeze. The same files are published once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from app.kit import clock
from app.kit.db import Db
from app.kit.folding import fold
from app.procedures.catalogue import search_text
from app.procedures.reading import Package, PackageRefused, read_folder
from app.procedures.timing import SupplementWithoutTerm, asks_supplements, both


@dataclass(frozen=True, slots=True)
class Publication:
    """What happened to one package."""

    code: str
    name: str
    fresh: bool  # False: this very version was already published


def packages_in(workflows: Path, *, province: str) -> list[Package]:
    """Every package of the folder, with the province's overlay. Raises PackageRefused at the first that is not whole."""
    overlay = read_overlay(workflows, province)
    packages = [
        read_folder(folder, overlay=overlay_of(overlay, folder.name.split("-", 1)[0]))
        for folder in sorted(workflows.iterdir()) if (folder / "procedure.toml").is_file()
    ]
    for package in packages:
        if asks_supplements(package.procedure) and package.procedure.supplement.term is None:
            told = both(SupplementWithoutTerm(province=province))
            raise PackageRefused(package.procedure.code, [f"supplement.term: {told}"])
    return packages


def read_overlay(workflows: Path, province: str) -> Mapping[str, Any]:
    """`workflows/overlays/<province>.toml`: what the province decides, by procedure code."""
    path = workflows / "overlays" / f"{province}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def overlay_of(overlay: Mapping[str, Any], code: str) -> Mapping[str, Any] | None:
    """What the province decides for this procedure; its readings for all (`["*"]`) where it has none of its own."""
    own, every = overlay.get(code), overlay.get("*")
    return {**every, **(own or {})} if every else own


async def publish(db: Db, package: Package) -> Publication:
    """Make this version the one in force from its `valid_from`; earlier dossiers keep theirs."""
    procedure = package.procedure
    fresh = await db.run(
        "INSERT INTO procedure_version (id, code, digest, name, sector, search, valid_from, valid_to, package, published_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (code, digest) DO NOTHING",
        uuid4(), procedure.code, package.digest, procedure.name.vi, procedure.sector, fold(search_text(procedure)),
        procedure.valid_from, procedure.valid_to, dict(package.files), clock.now(),
    )
    return Publication(procedure.code, procedure.name.vi, fresh == 1)


async def publish_all(db: Db, workflows: Path, *, province: str) -> list[Publication]:
    """Publish every package of the folder; all or none with the transaction."""
    return [await publish(db, package) for package in packages_in(workflows, province=province)]
