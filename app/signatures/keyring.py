"""The office's signing keys: a folder with `<name>.p12`, its passphrase in `<name>.passphrase`, perhaps `<name>.png`.

A token or a remote seal takes the place of the file behind the same name later; nothing above knows the difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import signing
from app.kit.errors import Unavailable
from app.kit.words import N_

if TYPE_CHECKING:
    from signing import Maker, SigningKey, Timestamper, TrustRoots


class KeyMissing(Unavailable):
    """No usable key under this name."""

    says = N_("Chưa ký: không dùng được khoá ký “{name}”. Văn bản đã ký không bị ký lại. Hãy báo quản trị.")


@dataclass(slots=True)
class Keyring:
    """Finds keys by name and keeps them open. `timestamper` and `trust` are None where the office has none yet.

    `maker`: see `signing.sign_pdf`; the switch from what we write ourselves to pyHanko alone.
    """

    folder: Path
    timestamper: Timestamper | None = None
    trust: TrustRoots | None = None
    maker: Maker = "template"
    _keys: dict[str, SigningKey] = field(default_factory=dict)

    def key(self, name: str | None) -> SigningKey:
        """The key of this name. Raises KeyMissing."""
        if not name or "/" in name or name.startswith("."):
            raise KeyMissing(name=name or "—")
        if name not in self._keys:
            file, passphrase = self.folder / f"{name}.p12", self.folder / f"{name}.passphrase"
            if not file.is_file():
                raise KeyMissing(name=name)
            words = passphrase.read_text(encoding="utf-8").strip() if passphrase.is_file() else ""
            self._keys[name] = signing.FileKey.from_pkcs12(file, words)
        return self._keys[name]

    def image(self, name: str) -> bytes | None:
        """The picture of a signature or seal, a PNG with transparent ground."""
        path = self.folder / f"{name}.png"
        return path.read_bytes() if path.is_file() else None
