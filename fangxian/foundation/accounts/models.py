"""Accounts: people who sign in, the roles they hold at units, tokens and invitations."""

from datetime import date, datetime
from typing import ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.accounts.rules import Device, Role
from fangxian.foundation.units.models import OPEN_END, Unit
from fangxian.kernel import privacy

ROLE_LABELS = {
    Role.GROUP_TEACHER: _("Group teacher"),
    Role.SCHOOL_REPORTER: _("School reporter"),
    Role.HEALTH_OFFICER: _("School health officer"),
    Role.HEAD: _("Head of school"),
    Role.COUNTY_OFFICER: _("County officer"),
    Role.CITY_OFFICER: _("City officer"),
    Role.PROVINCE_OFFICER: _("Province officer"),
    Role.INSPECTOR: _("Inspector"),
    Role.CDC_LIAISON: _("CDC liaison"),
    Role.UNIT_ADMIN: _("Unit administrator"),
    Role.AUDITOR: _("Auditor"),
}
ROLE_CHOICES = [(role.value, label) for role, label in ROLE_LABELS.items()]


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Usernames are told apart without regard to case; asked so that the index serves."""
        return self.alias(lower=Lower("username")).get(lower=Lower(Value(username)))

    def named(self, username: str) -> "User | None":
        """The account of that name, in whichever case it is written."""
        try:
            return self.get_by_natural_key(username)
        except self.model.DoesNotExist:
            return None


class User(AbstractBaseUser):
    """A person who signs in. What they may do follows from their roles alone."""

    id = models.BigAutoField(primary_key=True)
    username = models.CharField(max_length=60, unique=True)
    display_name = models.CharField(max_length=60)
    phone = models.CharField(max_length=30, default="", blank=True)
    email = models.EmailField(default="", blank=True)
    language = models.CharField(max_length=10, default="", blank=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    failed_sign_ins = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    objects = UserManager()

    classified: ClassVar = privacy.fields(
        public="id language is_active is_demo",
        personal=(
            "password last_login username display_name phone email created_at "
            "failed_sign_ins locked_until"
        ),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("username"), name="user_username_any_case"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def in_force(self, day: date) -> Self:
        """The roles held on a day by people whose account is open."""
        return self.filter(valid_from__lte=day, valid_to__gt=day, user__is_active=True)


class RoleAssignment(models.Model):
    """One role at one unit, from a day until the day before another.

    `stands_in_for` is the person whose role this is while they are away (a cover).
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=ROLE_CHOICES)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="roles")
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()
    stands_in_for = models.ForeignKey(User, models.CASCADE, null=True, related_name="covers")

    objects = RoleAssignmentQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id user role unit valid_from valid_to given_by given_at stands_in_for",
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_from__lte=models.F("valid_to")),
                name="role_dates_in_order",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "unit"],
                condition=models.Q(valid_to=OPEN_END),
                name="role_held_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.unit_id}"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def in_force(self, at: datetime) -> Self:
        """Tokens that open something at this moment."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=at, user__is_active=True)


class ApiToken(models.Model):
    """A bearer token: some permissions at one unit until a moment. Only its hash is kept."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    hash = models.BinaryField(max_length=32, unique=True)
    permissions = ArrayField(models.CharField(max_length=60))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id user unit hash permissions created_at expires_at revoked_at",
        personal="name",
    )

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A one-time link by which a person makes their account and gets their first role."""

    id = models.BigAutoField(primary_key=True)
    hash = models.BinaryField(max_length=32, unique=True)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=ROLE_CHOICES)
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=30, default="", blank=True)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    classified: ClassVar = privacy.fields(
        public="id hash unit role invited_by created_at expires_at used_at user",
        personal="name phone",
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True, user__isnull=True)
                | models.Q(used_at__isnull=False),
                name="invitation_user_when_used",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PasswordLink(models.Model):
    """A one-time link by which a person who forgot their password chooses a new one."""

    id = models.BigAutoField(primary_key=True)
    hash = models.BinaryField(max_length=32, unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    classified: ClassVar = privacy.fields(
        public="id hash user made_by created_at expires_at used_at",
    )

    def __str__(self) -> str:
        return f"{self.user_id} {self.expires_at:%Y-%m-%d}"


class SessionQuerySet(models.QuerySet["Session"]):
    def of(self, user_id: int, *, but: str = "") -> Self:
        """The browsers somebody is signed in on, but for the one with this key."""
        return self.filter(user_id=user_id).exclude(session_key=but)


class Session(AbstractBaseSession):
    """One browser, signed in or not. A row that is gone is a sign-in that has ended.

    It opens nothing from `expire_date` on: that moves on while somebody is seen, but never past
    `ends_at`. Times are the machine's own.
    """

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=10, default=Device.OTHER.value)

    objects = SessionQuerySet.as_manager()  # type: ignore[assignment, misc]

    classified: ClassVar = privacy.fields(
        public="user expire_date ends_at",
        personal="session_key session_data began_at seen_at address device",
    )


class Tries(models.Model):
    """How often something failed under a key since a moment; the key tells nothing of whose."""

    id = models.BigAutoField(primary_key=True)
    key = models.BinaryField(max_length=32)
    since = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    classified: ClassVar = privacy.fields(public="id key since count")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "since"], name="tries_counted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.count} since {self.since:%Y-%m-%d %H:%M}"
