"""How a Chinese name is typed on a keyboard: its pinyin and its initials, for search."""

from functools import lru_cache


@lru_cache(maxsize=4_096)  # half of all groups are called "Class 1" or "Class 2"
def spell(name: str) -> tuple[str, str]:
    """Pinyin and initials of a name, lower case, letters and digits only: 三年级2班 -> snj2b."""
    from pypinyin import lazy_pinyin  # its dictionaries: only for who spells a name

    parts = ["".join(c for c in part.lower() if c.isalnum()) for part in lazy_pinyin(name)]
    pinyin = "".join(parts)
    initials = "".join(part if part.isdigit() else part[:1] for part in parts)
    return pinyin[:240], initials[:60]
