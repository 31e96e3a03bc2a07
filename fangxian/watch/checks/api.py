"""Checks for other programs: the same actions, answered in the same order of refusals."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import BaseModel, ValidationError

from fangxian.foundation.accounts.api_auth import bearer_secret, signed_in_actor
from fangxian.foundation.obligations.models import Channel
from fangxian.kernel import access, clock
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import DomainError, Forbidden, Invalid, TooLarge
from fangxian.watch.checks import actions, hotpath, labels, schemas
from fangxian.watch.checks.actions import Recorded, Submission
from fangxian.watch.checks.rules import CheckPermission
from fangxian.watch.checks.schemas import BatchIn, CheckIn

router = Router(tags=["checks"])
Body = TypeVar("Body", bound=BaseModel)


@router.post(
    "/checks",
    response={200: schemas.CheckOut, 201: schemas.CheckOut},
    openapi_extra=schemas.body(CheckIn),
    summary="Record a group's check, or correct it",
)
@access.asks(CheckPermission.RECORD)
def record_check(request: HttpRequest) -> HttpResponse:
    """Equal content again is 200 with the same id; different content needs `revises`."""
    at = clock.now()
    told = _read(request, CheckIn)
    secret = bearer_secret(request)
    submission = told.submission(at, by_token=bool(secret))
    if secret and hotpath.may_be_first(submission, at):
        ids = hotpath.record_first([submission], token=secret, at=at)
        if ids is not None:
            return _answer(201, schemas.shown(told, Recorded(ids[0], 1, True, at)))
    recorded = actions.record(submission, by=signed_in_actor(request), at=at)
    return _answer(201 if recorded.created else 200, schemas.shown(told, recorded))


@router.post(
    "/checks/batch",
    response={200: schemas.BatchOut, 201: schemas.BatchOut},
    openapi_extra=schemas.body(BatchIn),
    summary="Record up to 500 checks, all or nothing",
)
@access.asks(CheckPermission.RECORD)
def record_batch(request: HttpRequest) -> HttpResponse:
    """201 when any is new, 200 when all were known; else 422 with every error, nothing kept."""
    at = clock.now()
    told = _read(request, BatchIn).items
    secret = bearer_secret(request)
    submissions = [item.submission(at, by_token=bool(secret)) for item in told]
    recorded = _batch_at_once(submissions, secret, at) if secret else None
    if recorded is None:
        recorded = _batch_one_by_one(submissions, signed_in_actor(request), at)
    items = [
        schemas.ItemOut(index=index, id=one.id, created=one.created)
        for index, one in enumerate(recorded)
    ]
    status = 201 if any(one.created for one in recorded) else 200
    return _answer(status, schemas.BatchOut(items=items))


@router.get("/codes", response=schemas.CodesOut, summary="Every code that a check may carry")
@access.public
def codes(request: HttpRequest) -> schemas.CodesOut:
    """Sessions, reasons, symptoms, places and channels with their names."""
    channels = {Channel(value): label for value, label in Channel.choices}
    return schemas.CodesOut(
        sessions=_codes(labels.SESSIONS),
        reasons=_codes(labels.REASONS),
        symptoms=_codes(labels.SYMPTOMS),
        places=_codes(labels.PLACES),
        channels=_codes(channels),
    )


def _codes(names: Mapping[Any, Any]) -> list[schemas.Code]:
    found = []
    for code, name in names.items():
        with translation.override("zh-hans"):
            zh = str(name)
        with translation.override("en"):
            found.append(schemas.Code(code=str(code), zh=zh, en=str(name)))
    return found


def _read(request: HttpRequest, model: type[Body]) -> Body:
    """The body, or the refusal; who may not speak at all is told that first."""
    try:
        return model.model_validate_json(request.body)
    except RequestDataTooBig:
        raise TooLarge(_("This is more than can be sent at once.")) from None
    except ValidationError as error:
        actor = signed_in_actor(request)
        if not actor.holds(CheckPermission.RECORD):
            raise Forbidden(_("Your role does not allow this here.")) from None
        if any(
            found["type"] == "too_long" and found["loc"] == ("items",) for found in error.errors()
        ):
            raise TooLarge(_("At most 500 checks at once; send the rest after.")) from None
        raise _unreadable(error, batch=model is BatchIn) from None


def _unreadable(error: ValidationError, *, batch: bool) -> Invalid:
    fields: dict[str, list[str]] = {}
    errors = []
    for found in error.errors(include_url=False):
        where = [str(part) for part in found["loc"]]
        text = _no_json(found["msg"]) if found["type"] == "json_invalid" else found["msg"]
        fields.setdefault(".".join(where) or "body", []).append(text)
        if batch and len(found["loc"]) > 1 and isinstance(found["loc"][1], int):
            errors.append(_error(found["loc"][1], 422, ".".join(where[2:]), found["msg"]))
    extra = {"errors": errors} if batch else {}
    return Invalid(_("Some fields cannot be accepted."), fields, **extra)


def _no_json(reason: str) -> str:
    where = re.search(r"line (\d+) column (\d+)", reason)
    line, column = where.groups() if where else ("1", "1")
    text = _("The body is not JSON in UTF-8: look at line %(line)s, column %(column)s.")
    return text % {"line": line, "column": column}


def _batch_at_once(
    submissions: list[Submission], secret: str, at: datetime
) -> list[Recorded] | None:
    """The hot path: all of one day and session, each the first of its group."""
    same = len({(one.day, one.content.session) for one in submissions}) == 1
    if not same or len({one.unit for one in submissions}) < len(submissions):
        return None
    if not all(hotpath.may_be_first(one, at) for one in submissions):
        return None
    with transaction.atomic():
        ids = hotpath.record_first(submissions, token=secret, at=at)
        if ids is None:
            transaction.set_rollback(True)
            return None
    return [Recorded(check_id, 1, True, at) for check_id in ids]


def _batch_one_by_one(submissions: list[Submission], by: Actor, at: datetime) -> list[Recorded]:
    """The plain way: every item is tried, and one error undoes all."""
    recorded: dict[int, Recorded] = {}
    errors: list[dict[str, Any]] = []
    seen: dict[tuple[str, object, object], int] = {}
    with transaction.atomic():
        # in the order of their codes, so that two batches never wait for each other in a ring
        for index, one in sorted(enumerate(submissions), key=lambda pair: pair[1].unit):
            earlier = seen.setdefault((one.unit, one.day, one.content.session), index)
            if earlier != index:
                text = _("The same group, day and session as item %(index)s.") % {"index": earlier}
                errors.append(_error(index, 422, "unit", text))
                continue
            try:
                recorded[index] = actions.record(one, by=by, at=at)
            except DomainError as error:
                errors += _errors(index, error)
        if errors:
            transaction.set_rollback(True)
    if errors:
        message = _("Nothing was kept: correct the items named here and send all again.")
        raise Invalid(message, {}, errors=_in_order(errors))
    return [recorded[index] for index in range(len(submissions))]


def _errors(index: int, error: DomainError) -> list[dict[str, Any]]:
    if isinstance(error, Invalid):
        return [
            _error(index, 422, field, text)
            for field, texts in error.fields.items()
            for text in texts
        ]
    return [_error(index, error.status, "", error.message) | error.extra]


def _in_order(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(errors, key=lambda error: int(error["index"]))


def _error(index: int, status: int, field: str, detail: str) -> dict[str, Any]:
    return {"index": index, "status": status, "field": field, "detail": detail}


def _answer(status: int, answer: BaseModel) -> HttpResponse:
    return HttpResponse(answer.model_dump_json(), status=status, content_type="application/json")
