"""The words that stand on every page of a file."""

from dataclasses import dataclass

PROGRAM = "Fangxian"


@dataclass(frozen=True)
class Mark:
    """`text` names the exporter, the time and the `code`; `note` is a warning, where names are."""

    code: str
    who: str
    text: str
    note: str
    title: str
