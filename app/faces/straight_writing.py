"""Commands done all day, without FastAPI's machinery between the address and the function; for pages see straight.py.

As there, FastAPI reads the route: its document, its access, how its parameters and its body are checked. At a request the
body is read before the visit begins (who sends slowly must not hold a connection), and then every parameter is checked by
FastAPI's own fields, looked up here once instead of at each request.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any, Final

from fastapi import HTTPException, Request, Response
from fastapi._body_limit import get_body_limit_error
from fastapi._compat import get_missing_field_error
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic_core import PydanticUndefined
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY

from app.faces.straight import Function, Handler, visit_of

STRAIGHT: Final = "__motcua_straight_writing__"
Errors = list[dict[str, Any]]


def straight_writing(function: Function) -> Function:
    """Mark a route's function: it depends on one visit, takes single parameters and at most one JSON body, answers a
    Response."""
    setattr(function, STRAIGHT, True)
    return function


def writing_handler_of(dependant: Dependant) -> Handler | None:
    """What answers the requests of such a route; None for every other."""
    function = dependant.call
    if not getattr(function, STRAIGHT, False):
        return None
    assert function is not None
    assert not any((dependant.query_params, dependant.request_param_name))
    assert len(dependant.body_params) <= 1
    opened, visit_name = visit_of(dependant)
    of_path = [_Field.of(one, "path") for one in dependant.path_params]
    of_headers = [_Field.of(one, "header") for one in dependant.header_params]
    bodies = dependant.body_params

    async def handle(request: Request) -> Response:
        body = await _body_of(request) if bodies else PydanticUndefined
        # As with FastAPI, what is wrong with a parameter is said to those only who may come in.
        async with opened(request) as come:
            values: dict[str, Any] = {visit_name: come}
            errors: Errors = []
            _check(of_path, request.path_params, values, errors)
            _check(of_headers, request.headers, values, errors)
            for field in bodies:
                if body is PydanticUndefined:
                    errors.append(get_missing_field_error(("body",)))
                else:
                    values[field.name], wrong = field.validate(body, {}, loc=("body",))
                    errors += wrong
            if errors:
                raise RequestValidationError(errors, body=None if body is PydanticUndefined else body)
            answer: Response = await function(**values)
            return answer

    return handle


@dataclass(frozen=True, slots=True)
class _Field:
    """A parameter of one value: what the function calls it, what the request does, how it is checked."""

    name: str
    alias: str
    loc: tuple[str, str]
    required: bool
    default: Any
    validate: Callable[..., tuple[Any, Errors]]

    @classmethod
    def of(cls, field: Any, place: str) -> "_Field":
        told = field.field_info
        alias = field.validation_alias or field.alias
        assert told.in_.value == place
        assert "_" not in alias or place == "path"  # a header's own name
        assert field.default in (None, PydanticUndefined)  # nothing that would have to be copied or checked
        return cls(field.name, alias, (place, alias), told.is_required(), None, field.validate)


def _check(fields: Sequence[_Field], given: Mapping[str, str], values: dict[str, Any], errors: Errors) -> None:
    for field in fields:
        value = given.get(field.alias)
        if value is not None:
            values[field.name], wrong = field.validate(value, values, loc=field.loc)
            errors += wrong
        elif field.required:
            errors.append(get_missing_field_error(field.loc))
        else:
            values[field.name] = field.default


async def _body_of(request: Request) -> Any:
    """What was sent: JSON as its values, anything else as its bytes, nothing as undefined. Raises RequestValidationError."""
    try:
        sent = await request.body()
    except HTTPException:
        raise
    except Exception as broken:
        if MAX_BODY_SIZE_SCOPE_KEY in request.scope and (too_long := get_body_limit_error(broken)):
            raise too_long from broken
        raise HTTPException(400, "There was an error parsing the body") from broken
    if not sent:
        return PydanticUndefined
    if not _is_json(request.headers.get("content-type", "")):
        return sent
    try:
        return json.loads(sent)
    except json.JSONDecodeError as broken:
        wrong = {"type": "json_invalid", "loc": ("body", broken.pos), "msg": "JSON decode error", "input": {},
                 "ctx": {"error": broken.msg}}
        raise RequestValidationError([wrong], body=broken.doc) from broken
    except Exception as broken:  # not UTF-8, or nested deeper than can be read
        raise HTTPException(400, "There was an error parsing the body") from broken


def _is_json(content_type: str) -> bool:
    if content_type == "application/json":
        return True
    message = Message()
    message["content-type"] = content_type
    kind = message.get_content_subtype()
    return bool(content_type) and message.get_content_maintype() == "application" and (
        kind == "json" or kind.endswith("+json")
    )
