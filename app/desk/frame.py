"""The officers' frame around every signed-in route of the desk."""

from app.faces.access import OfficerVisit
from app.faces.officers import say, stand_around

__all__ = ["desk_frame", "say"]


async def desk_frame(visit: OfficerVisit) -> None:
    """Put the frame on the request."""
    await stand_around(visit)
