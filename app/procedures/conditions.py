"""Conditions of a package (`when`): the engine's small expression language over facts; an unknown fact is null."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from app.engine.expressions import Expression, compile_expression


def holds(condition: str, facts: Mapping[str, Any]) -> bool:
    """Whether `condition` is true of these facts."""
    return bool(_compiled(condition)(facts))


@cache
def _compiled(condition: str) -> Expression:
    return compile_expression(condition)
