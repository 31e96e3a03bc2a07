"""Which account a person of the provider has here."""

from typing import ClassVar

from django.db import models

from fangxian.foundation.accounts.models import SIGN_IN, User
from fangxian.kernel import privacy
from fangxian.kernel.access.rows import open_rows


class Link(models.Model):
    """One person of one provider is one account; `subject` is the provider's name for them."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField()
    last_used = models.DateTimeField(null=True)

    rows: ClassVar = open_rows(SIGN_IN)
    classified: ClassVar = privacy.fields(
        public="id user issuer linked_at",
        personal="subject last_used",
        purpose="account",
        kept="account",
        seen_by="administrators",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="link_of_one_person"),
            models.UniqueConstraint(fields=["issuer", "user"], name="link_of_one_account"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.issuer}"
