"""While the past is played the simulated outside systems behave; afterwards they are as they were."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from app.settings import Settings


@asynccontextmanager
async def calm_weather(settings: Settings) -> AsyncIterator[None]:
    """Calm every simulator that answers on its private address; a real system has none and is left alone."""
    before: dict[str, dict[str, Any]] = {}
    async with httpx2.AsyncClient(timeout=3, trust_env=False) as client:
        for url in (settings.population_url, settings.payment_url, settings.post_url):
            rates = await _change(client, url, {}) if url else None
            if rates is not None and await _change(client, url, {"calm": True}) is not None:
                before[url] = rates
        try:
            yield
        finally:
            for url, rates in before.items():
                await _change(client, url, {"rates": rates})


async def _change(client: httpx2.AsyncClient, url: str, wish: dict[str, Any]) -> dict[str, Any] | None:
    """The rates after (or, for an empty wish, without) a change; None when nobody listens there."""
    try:
        where = f"{url.rstrip('/')}/_mischief"
        answer = await (client.post(where, json=wish) if wish else client.get(where))
        return dict(answer.json()["rates"]) if answer.status_code == 200 else None
    except (httpx2.HTTPError, KeyError, TypeError, ValueError):
        return None
