"""The one settings file; everything that differs between installations is in `environment`."""

from __future__ import annotations

import sys
from pathlib import Path

from fangxian.config import environment as _environment
from fangxian.config.database import django_database
from fangxian.config.gateways import sms_gateway
from fangxian.config.keys import key
from fangxian.config.logs import logging_settings

try:
    FANGXIAN = _environment.load()
    SECRET_KEY = FANGXIAN.secret_key or key(FANGXIAN.home, "secret_key")
    DATABASES = {"default": django_database(FANGXIAN)}
    SMS_GATEWAY = sms_gateway(FANGXIAN.home)
except _environment.BadSetting as bad_setting:
    sys.stderr.write(f"{bad_setting}\n")
    raise SystemExit(2) from None

BASE_DIR = Path(__file__).resolve().parents[2]
DEBUG = FANGXIAN.debug
ALLOWED_HOSTS = FANGXIAN.allowed_hosts or ["127.0.0.1", "localhost", "[::1]", FANGXIAN.bind]
ROOT_URLCONF = "fangxian.config.urls"
WSGI_APPLICATION = "fangxian.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",
    "procrastinate.contrib.django",
    "django_linear_migrations",
    "django_vite",
    "django_htmx",
    "allauth.account",
    "allauth.mfa",
    "fangxian.kernel.apps.KernelConfig",
    "fangxian.kernel.intake.apps.IntakeConfig",
    "fangxian.foundation.units.apps.UnitsConfig",
    "fangxian.foundation.accounts.apps.AccountsConfig",
    "fangxian.foundation.accounts.second.apps.SecondConfig",
    "fangxian.foundation.notices.apps.NoticesConfig",
    "fangxian.foundation.people.apps.PeopleConfig",
    "fangxian.foundation.people.roster.apps.RosterConfig",
    "fangxian.foundation.schooldays.apps.SchooldaysConfig",
    "fangxian.foundation.situations.apps.SituationsConfig",
    "fangxian.foundation.obligations.apps.ObligationsConfig",
    "fangxian.foundation.escalation.apps.EscalationConfig",
    "fangxian.watch.checks.apps.ChecksConfig",
    "fangxian.watch.reporting.apps.ReportingConfig",
    "fangxian.situation.apps.SituationConfig",
    "fangxian.console.apps.ConsoleConfig",
]

# Order and contents decide what one check over the API costs.
MIDDLEWARE = [
    "fangxian.kernel.tracing.Traced",
    "fangxian.kernel.shell.headers.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "fangxian.kernel.shell.headers.ReaderCookie",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "fangxian.foundation.accounts.middleware.ActorMiddleware",
    "fangxian.foundation.accounts.middleware.VisitMiddleware",
    "fangxian.kernel.shell.refusals.Refusals",
]

# What stands before an operation of the API that shows a token: see `wsgi.ProgramHandler`.
PROGRAM_MIDDLEWARE = [
    "fangxian.kernel.tracing.Traced",
    "fangxian.kernel.shell.headers.SecurityHeaders",
    "fangxian.kernel.shell.language.ProgramLanguage",
    "fangxian.foundation.accounts.middleware.ActorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "fangxian.kernel.shell.frame.context",
            ],
        },
    },
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = FANGXIAN.home / "static"
FRONTEND_BUILT = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [FRONTEND_BUILT] if FRONTEND_BUILT.is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": FRONTEND_BUILT / "manifest.json"}}
MEDIA_ROOT = FANGXIAN.home / "files"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    # Demo accounts only: their passwords stand on the sign-in page.
    "django.contrib.auth.hashers.MD5PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

SESSION_ENGINE = "fangxian.foundation.accounts.sessions"
# How long a cookie is kept at most; when a sign-in ends, its row says.
SESSION_COOKIE_AGE = FANGXIAN.longest_session_seconds
MFA_ADAPTER = "fangxian.foundation.accounts.second.keeper.Keeper"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = FANGXIAN.https
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "fangxian.kernel.shell.errors.csrf_failed"
if FANGXIAN.https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# A batch of 500 checks with their lines is the largest body there is.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

LOGGING = logging_settings(FANGXIAN)
