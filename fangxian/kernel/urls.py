"""Addresses of the kernel: the page frame's."""

from django.urls import include, path

urlpatterns = [path("", include("fangxian.kernel.shell.urls"))]
