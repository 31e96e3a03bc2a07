"""Choosing a password: what is refused and why, and what is kept of the ones before."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, is_password_usable
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.models import Invitation, RoleAssignment, UsedPassword, User
from fangxian.foundation.accounts.passwords.patterns import Weakness, weaknesses
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.spelling import spell
from fangxian.kernel.errors import Invalid
from fangxian.norms import PasswordRules, passwords_on

#: what people take of a telephone number
TAILS = (11, 8, 6, 4)
SHORTEST_ENGLISH = 4


def rules_on(day: date) -> PasswordRules:
    """What a password must be on a day, in this installation."""
    return passwords_on(day, settings.FANGXIAN.norms)


def choose(user: User, password: str, field: str, *, at: datetime) -> None:
    """Give a user, who is locked or new, a password that holds, or say under `field` why not.

    The one they had is kept as a hash for as long as it may not be taken again.
    """
    rules = rules_on(at.date())
    problems = [*_problems(user, password, rules)]
    if problems:
        raise Invalid(_("This password is too easy to guess."), {field: problems})
    if is_password_usable(user.password) and user.password:
        UsedPassword.objects.create(user=user, hash=user.password, until=at)
        kept = UsedPassword.objects.filter(user=user).order_by("-until", "-pk")
        old = list(kept.values_list("pk", flat=True)[rules.remembered - 1 :])
        UsedPassword.objects.filter(pk__in=old).delete()
    user.set_password(password)
    user.password_since, user.must_choose_password = at, False
    user.save(update_fields=["password", "password_since", "must_choose_password"])


def is_too_old(user: User, *, at: datetime) -> bool:
    """Whether a new password is asked by the calendar; nowhere unless a document says so."""
    longest = rules_on(at.date()).longest_days
    return longest > 0 and at - (user.password_since or user.created_at) > timedelta(days=longest)


def _problems(user: User, password: str, rules: PasswordRules) -> Iterator[str]:
    found = weaknesses(password, words=words_of(user), rules=rules)
    texts = _texts(rules)
    yield from (texts[one] for one in found)
    try:
        validate_password(password, user)
    except ValidationError as error:
        yield from error.messages
    else:
        if not found and _had(user, password, rules.remembered):
            yield _("You had this password before: it is among your last %(n)s.") % {
                "n": rules.remembered
            }
            return
        if not found:
            return
    yield _("Put together four words that have nothing to do with each other or with you.")


def _had(user: User, password: str, remembered: int) -> bool:
    before = UsedPassword.objects.filter(user=user).order_by("-until", "-pk")
    hashes = [user.password, *before.values_list("hash", flat=True)[: remembered - 1]]
    return any(check_password(password, one) for one in hashes if one and is_password_usable(one))


def words_of(user: User) -> set[str]:
    """What others know of a person: names, telephone, and the units they work at and below."""
    phone = "".join(one for one in user.phone if one.isdigit())
    name = user.display_name
    said = {user.username, user.email.partition("@")[0], name, *spell(name), *spell(name[1:])}
    said |= {phone[-length:] for length in TAILS if len(phone) >= length}
    for version in _units_of(user):
        said |= {version.code, version.name_zh, version.short_zh, *spell(version.name_zh)}
        said |= {*spell(version.short_zh)}
        said |= {word for word in version.name_en.split() if len(word) >= SHORTEST_ENGLISH}
    return said - {""}


def _units_of(user: User) -> list[UnitVersion]:
    asked = (RoleAssignment.objects.filter(user=user), Invitation.objects.filter(user=user))
    ids = {unit_id for rows in asked for unit_id in rows.values_list("unit_id", flat=True)}
    paths = UnitVersion.objects.filter(unit_id__in=ids).values_list("path", flat=True)
    line = {int(part) for path in paths for part in path.split("/") if part}
    return list(UnitVersion.objects.filter(unit_id__in=line))


def _texts(rules: PasswordRules) -> dict[Weakness, str]:
    return {
        Weakness.SHORT: _("Use at least %(n)s characters.") % {"n": rules.shortest},
        Weakness.KINDS: _(
            "Use at least %(n)s of these four: small letters, capital letters, digits, other signs."
        ) % {"n": rules.kinds_of_characters},
        Weakness.OWN: _(
            "It is made of what others know of you: your name, user name or telephone, or the "
            "name or code of your unit."
        ),
        Weakness.KEYS: _(
            "It is made of neighbouring keys or of counting, such as qwerty, 1qaz2wsx or 123456."
        ),
        Weakness.HABIT: _("It is made of what many people choose, such as woaini, 520 or admin."),
        Weakness.DATE: _("It is made of a date, a year or a telephone number."),
        Weakness.REPEAT: _("It repeats the same characters."),
        Weakness.PINYIN: _("It is a short name in pinyin with a number."),
    }  # fmt: skip
