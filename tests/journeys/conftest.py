"""Journeys drive a real Chromium at a running office."""

from tests.browser import browser, visit  # noqa: F401
from tests.live import live  # noqa: F401
