"""The page that controls a demonstration's clock; there is none on a real installation."""

from datetime import time

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from fangxian.console.demo import control
from fangxian.console.demo.progress import Progress, progress
from fangxian.console.demo.scenarios import SPEEDS
from fangxian.kernel import access
from fangxian.kernel.clock import real_now


def _progress() -> Progress:
    found = progress(real_now())
    if found is None:
        raise Http404
    return found


@access.public
@never_cache
@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    """Speed, pause, jumps, and where the morning stands."""
    return render(request, "console/demo.html", {"morning": _progress()})


@access.public
@never_cache
@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """The part of the page that moves."""
    return _part(request)


def _part(request: HttpRequest) -> HttpResponse:
    """What moves, with the clock in the bar above, which cannot know that it was set."""
    return render(request, "console/now.html", {"morning": _progress(), "part": True})


@access.public
@require_POST
def set_clock(request: HttpRequest) -> HttpResponse:
    """What the visitor pressed."""
    _progress()
    at, wish = real_now(), request.POST
    if "speed" in wish:
        control.set_speed(speed=_whole(wish["speed"]), at=at)
    elif "to" in wish:
        control.jump(to=_time(wish["to"]), at=at)
    elif "restart" in wish:
        control.ask_rewind(at=at)
    elif "pause" in wish:
        control.pause(at=at)
    elif "go_on" in wish:
        control.go_on(at=at)
    if request.headers.get("HX-Request"):
        return _part(request)
    return redirect("console:demo")


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= len(str(max(SPEEDS))) else 0


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return time.min
