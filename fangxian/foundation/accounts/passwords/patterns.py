"""What makes a password easy to guess, as pure values: it is taken away, and the rest counted."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum

from fangxian.norms import PasswordRules


class Weakness(StrEnum):
    """What is wrong with a password."""

    SHORT = "short"
    KINDS = "kinds"
    OWN = "own"
    KEYS = "keys"
    HABIT = "habit"
    DATE = "date"
    REPEAT = "repeat"
    PINYIN = "pinyin"


#: rows in which fingers run, either way: keys side by side, one below the other, and counting
ROWS = (
    "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "!@#$%^&*()",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
    "qazwsxedcrfvtgbyhnujmikolp", "147258369", "abcdefghijklmnopqrstuvwxyz", "01234567890",
)  # fmt: skip
RUN, RUN_OF_DIGITS = 4, 3

#: what many choose: "I love you" in pinyin and in numbers that sound like it, lucky numbers,
#: and what stands in every list of first tries
HABITS = (
    "woaini", "woaiwo", "aini", "5201314", "1314520", "1314", "520", "521", "woshi", "nihao",
    "mima", "zhongguo", "china", "xuexiao", "laoshi", "xuesheng", "jiaoyu", "fangxian", "fangyi",
    "888", "666", "168", "110", "119", "120", "password", "passwd", "pass", "pwd", "admin",
    "administrator", "root", "guest", "user", "test", "login", "welcome", "letmein", "iloveyou",
    "changeme", "default", "hello", "school", "teacher", "health", "abc", "qwe", "asd", "zxc",
)  # fmt: skip
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
DATES = re.compile(
    rf"1[3-9]\d{{9}}|(?:19|20)\d\d(?:[-./年]?{_MONTH}(?:[-./月]?{_DAY}日?)?)?"
    r"|\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
)
REPEATS = re.compile(r"(.)\1{2,}|(?<=(..))\2+|(?<=(...))\3+|(?<=(....))\4+")
_SYLLABLE = (
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ui|ao|ou|iu|ie|ue|er|an|en|in|un"
    r"|ia|ua|uo|a|o|e|i|u|v)"
)
#: a name of one to three syllables with a number before or after it
PINYIN = re.compile(rf"[\W\d_]{{0,10}}(?:{_SYLLABLE}){{1,3}}[\W\d_]{{0,10}}")
_ALIKE = str.maketrans("@4310$5!7", "aaeiossit")
SHORTEST_WORD = 3


def weaknesses(
    password: str, *, words: Iterable[str] = (), rules: PasswordRules
) -> tuple[Weakness, ...]:
    """What has to change about a password; nothing when it may be taken.

    `words`: what belongs to the person: names, telephone, the codes and names of their units.
    """
    plain = unicodedata.normalize("NFKC", password).casefold()
    found = dict(_parts(plain, words))
    left = len(plain) - len(set().union(*found.values())) if found else len(plain)
    said = [weak for weak, where in found.items() if where and left < rules.left_over]
    if PINYIN.fullmatch(plain):
        said.append(Weakness.PINYIN)
    if len(password) < rules.shortest:
        said.insert(0, Weakness.SHORT)
    if _kinds(password) < rules.kinds_of_characters:
        said.append(Weakness.KINDS)
    return tuple(said)


def _kinds(password: str) -> int:
    kinds = {(one.islower(), one.isupper(), one.isdigit()) for one in password}
    return len(kinds)


def _parts(plain: str, words: Iterable[str]) -> Iterator[tuple[Weakness, set[int]]]:
    """Each weakness with the places of the characters that belong to it."""
    own = {unicodedata.normalize("NFKC", word).casefold() for word in words}
    yield Weakness.OWN, _said(plain, own)
    yield Weakness.KEYS, _runs(plain)
    yield Weakness.HABIT, _said(plain, HABITS)
    yield Weakness.DATE, _matched(DATES, plain)
    yield Weakness.REPEAT, _matched(REPEATS, plain)


def _said(plain: str, words: Iterable[str]) -> set[int]:
    """Where words stand, also with 0 for o and the like."""
    places: set[int] = set()
    for text in {plain, plain.translate(_ALIKE)}:
        for word in words:
            if len(word) >= SHORTEST_WORD or (len(word) > 1 and not word.isascii()):
                places |= _matched(re.compile(re.escape(word)), text)
    return places


def _runs(plain: str) -> set[int]:
    places: set[int] = set()
    for row in ROWS:
        for one in (row, row[::-1]):
            for start in range(len(plain)):
                end = start + 1
                while end < len(plain) and plain[start : end + 1] in one:
                    end += 1
                run = plain[start:end]
                if len(run) >= (RUN_OF_DIGITS if run.isdigit() else RUN):
                    places |= set(range(start, end))
    return places


def _matched(pattern: re.Pattern[str], text: str) -> set[int]:
    found = (match.span() for match in pattern.finditer(text))
    return {place for start, end in found for place in range(start, end)}
