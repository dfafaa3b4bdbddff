"""What outside systems push to us: signed, fresh, each message once. Machines, so no forms and no pages."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Depends, Request, Response

from app.dossiers.payments import on_payment_event
from app.dossiers.posting import on_post_event
from app.dossiers.telling import on_sms_event
from app.dossiers.tools import Tools
from app.faces.access import open_to_all
from app.faces.routes import Router
from app.gateways import payment, post, sms
from app.kit.db import Db

router = Router(prefix="/hooks", include_in_schema=False, dependencies=[Depends(open_to_all)])

# A message that is known, late or about nothing of ours is acknowledged all the same: it need not be sent again.
HEARD = 204


@router.post("/payment")
async def payment_said(request: Request) -> Response:
    """The payment platform. Raises ForgedMessage (403)."""
    return await _hear(request, "payment", payment.verify_callback, on_payment_event)


@router.post("/post")
async def post_said(request: Request) -> Response:
    """The postal service. Raises ForgedMessage (403)."""
    return await _hear(request, "post", post.verify_callback, on_post_event)


@router.post("/sms")
async def sms_said(request: Request) -> Response:
    """The message broker. Raises ForgedMessage (403)."""
    return await _hear(request, "sms", sms.verify_callback, lambda db, _, event: on_sms_event(db, event))


async def _hear(
    request: Request, system: str, verify: Callable[..., Any], act: Callable[[Db, Tools, Any], Awaitable[object]]
) -> Response:
    """What every message meets: its signature is checked before a transaction is opened for what it says."""
    tools: Tools = request.app.state.tools
    secret = str(getattr(request.app.state.settings, f"{system}_secret").get_secret_value())
    event = verify(await request.body(), request.headers, secret)
    async with tools.database.transaction() as db:
        await act(db, tools, event)
    return Response(status_code=HEARD)
