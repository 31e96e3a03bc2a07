"""The addresses of all rooms, collected: each room's `urls.py`, each `api.router`."""

from __future__ import annotations

from importlib.util import find_spec

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from fangxian.config.api import api
from fangxian.config.health import healthz
from fangxian.config.metrics import metrics

ROOMS = "fangxian."


def _collect() -> list[URLPattern | URLResolver]:
    return [
        path("", include(f"{app.name}.urls"))
        for app in apps.get_app_configs()
        if app.name.startswith(ROOMS) and find_spec(f"{app.name}.urls")
    ]


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("api/", api.urls),
    *_collect(),
]

handler400 = "fangxian.kernel.shell.errors.bad_request"
handler403 = "fangxian.kernel.shell.errors.forbidden"
handler404 = "fangxian.kernel.shell.errors.not_found"
handler500 = "fangxian.kernel.shell.errors.failed"
