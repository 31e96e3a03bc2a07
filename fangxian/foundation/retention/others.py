"""Tables that are not models of ours, classified like them: of libraries, or made in SQL."""

from collections.abc import Mapping
from typing import Final

from fangxian.kernel.privacy import Classified, fields

#: an app's label and a model's name in small letters → its fields
OTHERS: Final[Mapping[str, Classified]] = {
    "contenttypes.contenttype": fields(
        public="id app_label model", purpose="operation", kept="stays", seen_by="nobody"
    ),
    "auth.permission": fields(
        public="id name content_type codename", purpose="operation", kept="stays", seen_by="nobody"
    ),
    "auth.group": fields(public="id name", purpose="operation", kept="stays", seen_by="nobody"),
    # Sessions are in our own table; this one stays empty.
    "sessions.session": fields(
        public="expire_date",
        personal="session_key session_data",
        purpose="account",
        kept="session",
        seen_by="nobody",
    ),
    # allauth's own addresses are not served: these two stay empty.
    "account.emailaddress": fields(
        public="id user verified primary",
        personal="email",
        purpose="account",
        kept="account",
        seen_by="nobody",
    ),
    "account.emailconfirmation": fields(
        public="id email_address created sent",
        personal="key",
        purpose="account",
        kept="account",
        seen_by="nobody",
    ),
    "mfa.authenticator": fields(
        public="id user type",
        personal="data created_at last_used_at",
        purpose="account",
        kept="account",
        seen_by="self",
    ),
    "procrastinate.procrastinateworker": fields(
        public="id last_heartbeat", purpose="operation", kept="stays", seen_by="nobody"
    ),
    "procrastinate.procrastinatejob": fields(
        public=(
            "id queue_name task_name priority lock status scheduled_at attempts queueing_lock "
            "abort_requested worker"
        ),
        personal="args",
        purpose="operation",
        kept="job",
        seen_by="nobody",
    ),
    "procrastinate.procrastinateevent": fields(
        public="id job type at", purpose="operation", kept="job", seen_by="nobody"
    ),
    "procrastinate.procrastinateperiodicdefer": fields(
        public="id task_name defer_timestamp job periodic_id",
        purpose="operation",
        kept="stays",
        seen_by="nobody",
    ),
}

#: a table that no model stands for → its columns
TABLES: Final[Mapping[str, Classified]] = {
    "obligation_month": fields(
        public=(
            "month school_id packed_at kind path day_numbers unit_ids bureau_ids paths subjects "
            "due_ats rolls told_ats received_ats accounteds channels excused_ats reasons added_ats"
        ),
        purpose="reporting",
        kept="stays",
        seen_by="scope",
    ),
    "check_late_arrival": fields(
        public="id school_id check_id received_at day path",
        purpose="reporting",
        kept="stays",
        seen_by="nobody",
    ),
    "auth_group_permissions": fields(
        public="id group_id permission_id", purpose="operation", kept="stays", seen_by="nobody"
    ),
    "django_migrations": fields(
        public="id app name applied", purpose="operation", kept="stays", seen_by="nobody"
    ),
}
