"""What outside systems push to us: signed, fresh, each message once. Machines, so no forms and no pages."""

from fastapi import APIRouter, Depends, Request, Response

from app.dossiers.payments import on_payment_event
from app.dossiers.posting import on_post_event
from app.dossiers.telling import on_sms_event
from app.dossiers.tools import Tools
from app.faces.access import open_to_all
from app.gateways import payment, post, sms

router = APIRouter(prefix="/hooks", include_in_schema=False, dependencies=[Depends(open_to_all)])

# A message that is known, late or about nothing of ours is acknowledged all the same: it need not be sent again.
HEARD = 204


@router.post("/payment")
async def payment_said(request: Request) -> Response:
    """The payment platform. Raises ForgedMessage (403)."""
    tools: Tools = request.app.state.tools
    event = payment.verify_callback(await request.body(), request.headers, _secret(request, "payment"))
    async with tools.database.transaction() as db:
        await on_payment_event(db, tools, event)
    return Response(status_code=HEARD)


@router.post("/post")
async def post_said(request: Request) -> Response:
    """The postal service. Raises ForgedMessage (403)."""
    tools: Tools = request.app.state.tools
    event = post.verify_callback(await request.body(), request.headers, _secret(request, "post"))
    async with tools.database.transaction() as db:
        await on_post_event(db, tools, event)
    return Response(status_code=HEARD)


@router.post("/sms")
async def sms_said(request: Request) -> Response:
    """The message broker. Raises ForgedMessage (403)."""
    tools: Tools = request.app.state.tools
    event = sms.verify_callback(await request.body(), request.headers, _secret(request, "sms"))
    async with tools.database.transaction() as db:
        await on_sms_event(db, event)
    return Response(status_code=HEARD)


def _secret(request: Request, system: str) -> str:
    return str(getattr(request.app.state.settings, f"{system}_secret").get_secret_value())
