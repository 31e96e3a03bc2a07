"""What Granian loads: the application, with dear values renewed beside their readers.

Apart from `wsgi`, which anything may import: the thread that renews has a connection of its own.
"""

from __future__ import annotations

from fangxian.config import draining
from fangxian.config.wsgi import application
from fangxian.kernel import shared

__all__ = ["application"]

shared.renew_in_background()
draining.came_up()
