"""Every part in every state, for eyes and for the accessibility check."""

from app.gallery.pages import router

__all__ = ["router"]
