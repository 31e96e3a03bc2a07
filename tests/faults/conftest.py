"""Homes of their own, as for the stories of the console."""

from tests.console.conftest import home, lasting_home

__all__ = ["home", "lasting_home"]
