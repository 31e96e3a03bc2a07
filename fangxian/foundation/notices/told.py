"""The kinds of notice that this room sends itself."""

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.notices.kinds import Template
from fangxian.foundation.notices.rules import Category

TEST = Template(
    "notices.test",
    _("Test message"),
    _("Test message from Fangxian"),
    _("If you read this, the channel works."),
    Category.ACCOUNT,
)
