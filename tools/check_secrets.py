"""`python -m tools.check_secrets`: no secret, and nobody's number, stands in the repository.

Looks at every file that git follows. Few patterns of our own, each of which means something here,
instead of a scanner for everybody's tokens: see docs/adr/0026. What is invented on purpose is
recognised by how it is made: identity numbers of a division that there is none of, telephones
that begin with zeros.
"""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: looked at by others: hashes stand in the locks
LOCKS = ("requirements/", "frontend/package-lock.json")
PATTERNS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "a key of a cloud": re.compile(r"\b(?:AKIA|ASIA|LTAI|AKID)[A-Za-z0-9]{12,}\b"),
    "a token of a code host": re.compile(r"\b(?:gh[pousr]_|glpat-|github_pat_)\w{20,}"),
    "a token of a package registry": re.compile(r"\b(?:pypi-|npm_)[A-Za-z0-9]{30,}"),
    "a key of a group robot": re.compile(
        r"(?:send\?key=|access_token=|/hook/)(?=[\w-]*\d)[\w-]{30,}"
    ),
    "a token of Fangxian": re.compile(r"\bfx_[A-Za-z0-9_-]{40,}"),
    "a password in an address": re.compile(r"://[\w.-]+:(?P<word>[^\s/@:{}$<>'\"…]{6,})@"),
}
#: words that stand for a password in an example
NO_SECRET = {"password", "secret", "p%40ss", "change-me"}
ASSIGNED = re.compile(
    r"(?i)\b(?:secret|password|passwd|token|api_?key|private_?key)\w*\s*[:=]\s*"
    r"[\"'](?P<word>[A-Za-z0-9+/=_-]{20,})[\"']"
)
LEAST_BITS = 3.7  # a character; words stay below, what is drawn by lot lies above
IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-8]\d{5}(?:19|20)\d{9}[\dXx](?![0-9A-Za-z])")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: stands in GB 11643-1999 itself as its example
PUBLISHED = {"11010519491231002X", "440524188001010014"}
TELEPHONE = re.compile(r"(?<![\d.])1[3-9]\d{9}(?![\d.])")


def main() -> int:
    """Print what is found, without showing it; 1 if anything is."""
    found = [line for path in followed() for line in in_file(path)]
    print("\n".join(found) or "secrets: none")
    return 1 if found else 0


def followed() -> list[Path]:
    """Every file that git follows, and every new one that it would."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return sorted({ROOT / name for name in told.split("\0") if name})


def in_file(path: Path) -> Iterator[str]:
    """A line for each finding in a file of text."""
    name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
    if name.startswith(LOCKS) or not path.is_file():
        return
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        yield from (f"{name}:{number}: looks like {what}" for what in in_line(line))


def in_line(line: str) -> Iterator[str]:
    """What a line seems to hold."""
    for what, pattern in PATTERNS.items():
        found = pattern.search(line)
        if found and found.groupdict().get("word", "") not in NO_SECRET:
            yield what
    assigned = ASSIGNED.search(line)
    if assigned and is_drawn(assigned["word"]):
        yield "a secret"
    if any(is_identity(one) for one in IDENTITY.findall(line)):
        yield "somebody's identity number"
    if any(not is_invented(one) for one in TELEPHONE.findall(line)):
        yield "somebody's telephone"


def is_drawn(word: str) -> bool:
    """Whether a word looks drawn by lot: digits and letters, and no character expected."""
    counted = Counter(word)
    bits = -sum(n / len(word) * math.log2(n / len(word)) for n in counted.values())
    mixed = any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
    return mixed and bits >= LEAST_BITS


def is_identity(number: str) -> bool:
    """Whether a number's check digit is right, and it is not the standard's own example."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=False))
    return number.upper() not in PUBLISHED and "10X98765432"[total % 11] == number[17].upper()


def is_invented(number: str) -> bool:
    """Whether a telephone is plainly nobody's: few digits, zeros in a row, or counted upwards."""
    counted = number[3:] in "0123456789012345678"
    return counted or "0000" in number or len(set(number)) <= 4


if __name__ == "__main__":
    sys.exit(main())
