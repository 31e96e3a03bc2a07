"""How one wants to be told, and whether a channel works."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fangxian.foundation.accounts.actions import set_address
from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import in_person
from fangxian.foundation.notices import actions
from fangxian.foundation.notices.channels import ways_out
from fangxian.foundation.notices.forms import ChoiceForm
from fangxian.foundation.notices.labels import CHANNEL_LABELS
from fangxian.foundation.notices.queries import chosen
from fangxian.foundation.notices.rules import PERSONAL, Channel
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, NotFound


@require_http_methods(["GET", "POST"])
@access.signed_in
def preferences(request: Request) -> HttpResponse:
    """One's addresses, what one wants through which channel, and quiet hours."""
    user = User.objects.get(pk=in_person(request.actor))
    form = ChoiceForm(
        request.POST or None,
        choice=chosen(user.pk),
        initial={"email": user.email, "phone": user.phone},
    )
    if request.method == "POST" and form.is_valid() and _kept(request, form):
        messages.success(request, _("Kept."))
        return redirect("notices:preferences")
    ways = ways_out()
    shown = {
        "form": form,
        "rows": form.rows(PERSONAL),
        "channels": [_way(one, one in ways, user) for one in PERSONAL],
        "none": not ways,
    }
    return render(request, "notices/preferences.html", shown, status=422 if form.errors else 200)


def _way(channel: Channel, is_set_up: bool, user: User) -> dict[str, Any]:
    address = user.email if channel is Channel.EMAIL else user.phone
    return {
        "code": channel.value,
        "label": CHANNEL_LABELS[channel],
        "is_set_up": is_set_up,
        "address": address,
        "may_test": is_set_up and bool(address),
    }


def _kept(request: Request, form: ChoiceForm) -> bool:
    told, now = form.cleaned_data, clock.now()
    try:
        set_address(email=told["email"], phone=told["phone"], by=request.actor, at=now)
        actions.choose(
            wanted=form.wanted(),
            quiet=(told["start"], told["end"]),
            by=request.actor,
            at=now,
        )
    except DomainError as error:
        form.refuse(error)
        return False
    return True


@require_POST
@access.signed_in
def test(request: Request, channel: str) -> HttpResponse:
    """Send oneself a test message and show what becomes of it."""
    if channel not in [one.value for one in PERSONAL]:
        raise NotFound(_("There is no such channel."))
    made = actions.test_channel(channel=Channel(channel), by=request.actor, at=clock.now())
    return redirect("notices:delivery", made.day.isoformat(), made.id)
