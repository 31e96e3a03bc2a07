"""Which ways out of the system this installation has."""

from collections.abc import Mapping

from django.conf import settings

from fangxian.foundation.notices.rules import DEFAULT_WANTED, Channel


def ways_out() -> Mapping[Channel, int]:
    """The personal channels that are set up, with how much of each is usual."""
    set_up = {
        Channel.EMAIL: bool(settings.FANGXIAN.smtp_host),
        Channel.SMS: settings.SMS_GATEWAY is not None,
    }
    return {way: wanted.value for way, wanted in DEFAULT_WANTED.items() if set_up[way]}
