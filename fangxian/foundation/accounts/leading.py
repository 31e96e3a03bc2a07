"""What follows once somebody has shown one factor: in, or on to what else is asked of them."""

from django.http import HttpResponse
from django.shortcuts import redirect

from fangxian.foundation.accounts.letting_in import let_in
from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.second.queries import step_after_password
from fangxian.foundation.accounts.second.rules import Step
from fangxian.foundation.accounts.second.waiting import hold
from fangxian.kernel import clock
from fangxian.kernel.access.requests import Request

STEPS = {Step.CODE: "second:code", Step.SET_UP: "second:must-set-up"}


def go_on(request: Request, user: User, to: str) -> HttpResponse:
    """Let in who has shown one factor, or lead them to what else is asked of them."""
    step = step_after_password(user, today=clock.today())
    if step is None:
        return let_in(request, user, to)
    hold(request, user, to)
    return redirect(STEPS[step])
