"""What is refused as a password, and what is not."""

import pytest

from fangxian.foundation.accounts.passwords.patterns import Weakness, weaknesses
from fangxian.norms import PasswordRules

RULES = PasswordRules()
#: what is known of 李建国, school reporter of 示例中心校 (5101040001)
OWN = ("lijianguo", "李建国", "ljg", "13900001234", "5101040001", "示例中心校", "shilizhongxinxiao")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short 1 x", "short"),
        ("qwertyuiop", "keys"),
        ("1qaz2wsx3edc", "keys"),
        ("Qwerty123456!", "keys"),
        ("zaq12wsxcde3", "keys"),
        ("a123456789", "keys"),
        ("0987654321a", "keys"),
        ("abcdefg!2026", "keys"),
        ("woaini1314", "habit"),
        ("5201314520abc", "habit"),
        ("P@ssw0rd2026", "habit"),
        ("fangxian-2026", "habit"),
        ("Admin@88888", "habit"),
        ("19850317aa", "date"),
        ("1985-03-17!a", "date"),
        ("13812345678", "date"),
        ("aaaaaaaaaaaa", "repeat"),
        ("x7x7x7x7x7x7", "repeat"),
        ("zhangwei1990", "pinyin"),
        ("chengdu@2026", "pinyin"),
        ("1990liyang!", "pinyin"),
        ("lijianguo.77", "own"),
        ("LJG13900001234", "own"),
        ("5101040001ab", "own"),
        ("示例中心校2026", "own"),
    ],
)
def test_what_is_tried_first_is_refused(password: str, why: str) -> None:
    assert Weakness(why) in weaknesses(password, words=OWN, rules=RULES)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "three taps at eight",
        "a long-enough phrase 5",
        "another good phrase",
        "first things second",  # holds "rst", which nobody means as a row
        "vK8#qmT2x&pZ",
        "江水绿杨柳青青平",
        "yi qu er san li yan cun",
        "tomorrow 2026 we plant rice",
    ],
)
def test_what_nobody_tries_is_taken(password: str) -> None:
    rules = PasswordRules(shortest=8)
    assert weaknesses(password, words=OWN, rules=rules) == ()


def test_an_installation_may_ask_for_kinds_of_characters() -> None:
    strict = PasswordRules(kinds_of_characters=3)
    assert weaknesses("correct horse battery", rules=strict) == (Weakness.KINDS,)
    assert weaknesses("Correct horse battery", rules=strict) == ()


def test_what_belongs_to_somebody_else_is_not_refused() -> None:
    assert weaknesses("rattan5101040001 mat", rules=RULES) == ()
    assert Weakness.OWN in weaknesses("5101040001 mat", words=OWN, rules=RULES)
