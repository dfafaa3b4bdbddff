"""What a person asks of a step, and what its command is given about that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.dossiers.case import StepAtHand
from app.org.people import SignedOfficer
from app.procedures.package import Action


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person asks of a step: which action, with which values, for which reason.

    `previewed_sha256` is the digest of the document they were looking at; `given` are raw form values.
    """

    action: str
    given: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    previewed_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """What a command function is given about the act."""

    step: StepAtHand
    action: Action
    values: Mapping[str, Any]
    reason: str | None
    ask: Ask
    officer: SignedOfficer | None
