"""Telling people something, and what they do with it."""

from fangxian.foundation.notices.actions.reading import acknowledge, read, read_all
from fangxian.foundation.notices.actions.sending import Sent, send, send_selected

__all__ = ["Sent", "acknowledge", "read", "read_all", "send", "send_selected"]
