"""The machines' face: the same verbs as JSON under /api/v1."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1")
