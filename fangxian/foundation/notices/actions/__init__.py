"""Telling people something, and what they do with it."""

from fangxian.foundation.notices.actions.choosing import choose
from fangxian.foundation.notices.actions.reading import acknowledge, read, read_all
from fangxian.foundation.notices.actions.robots import (
    Wish,
    add_robot,
    change_robot,
    remove_robot,
)
from fangxian.foundation.notices.actions.sending import Sent, send, send_selected
from fangxian.foundation.notices.actions.testing import test_channel, test_robot

__all__ = [
    "Sent",
    "Wish",
    "acknowledge",
    "add_robot",
    "change_robot",
    "choose",
    "read",
    "read_all",
    "remove_robot",
    "send",
    "send_selected",
    "test_channel",
    "test_robot",
]
