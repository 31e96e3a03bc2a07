"""The rules as data: one TOML file per issuing document, and its loader."""

from fangxian.norms.deadlines import Deadlines, deadlines_on

__all__ = ["Deadlines", "deadlines_on"]
