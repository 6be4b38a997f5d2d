"""Every setting, each from the environment. Empty means the embedded default: SQLite, background
jobs through a folder, one household, this machine only. `.env.example` lists the variables."""

import os
import secrets
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping
from kombu import Queue

from spasmlog import logs
from spasmlog.reached import public_address
from spasmlog.vapid import new_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")


class Told(FileAwareMapping):
    """What the environment says. Any setting X may also stand in the file that X_FILE names, as Docker hands
    out secrets; that one counts then."""

    def __getitem__(self, name: str) -> str:
        try:
            said = super().__getitem__(name).strip()
        except (OSError, UnicodeDecodeError) as unread:
            raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read: {unread}") from None
        if not said:
            raise ImproperlyConfigured(f"The file that {name}_FILE names is empty.")
        return said


# A variable that is set to nothing says nothing: `.env.example` copied as it is changes nothing.
env.ENVIRON = Told({name: value for name, value in os.environ.items() if value.strip()})

DATA_DIR = Path(env.str("SPASMLOG_DATA", default="") or BASE_DIR / "data").expanduser().resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)


def _whole(name: str, default: Any) -> Any:
    """A number of the environment, refused by its name where it is none."""
    said = env.str(name, default="")
    if said and not said.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, 0 or more, and not {said!r}.")
    return int(said) if said else default


def _public_address() -> str:
    """Refused by its name where it leads nowhere."""
    said = env.str("SPASMLOG_PUBLIC_URL", default="")
    try:
        return said and public_address(said)
    except ValueError:
        raise ImproperlyConfigured(
            "SPASMLOG_PUBLIC_URL must be an address such as https://diary.example.org"
        ) from None


def _of_kind(name: str, address: str, kinds: Iterable[str], such_as: str) -> str:
    """The address, refused by its name where it is of no such kind. It is not told: some hold a password."""
    if address and address.partition(":")[0].lower() not in kinds:
        raise ImproperlyConfigured(f"{name} must be an address such as {such_as}")
    return address


DATABASE_URL = _of_kind(
    "DATABASE_URL", env.str("DATABASE_URL", default=""), env.DB_SCHEMES, "postgres://me@127.0.0.1:5432/name"
)
REDIS_URL = _of_kind(
    "REDIS_URL", env.str("REDIS_URL", default=""), ("redis", "rediss"), "redis://127.0.0.1:6379/0"
)
DEBUG = env.bool("DEBUG", default=False)
PUBLIC_URL = _public_address()
"""Where people reach this server, such as https://spasmlog.example.org; empty: this machine only."""


# Who may reach it -----------------------------------------------------------------------------

LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
_public_host = environ.urlparse(PUBLIC_URL).hostname if PUBLIC_URL else None
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or [*LOOPBACK, *filter(None, [_public_host])]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[]) or [*filter(None, [PUBLIC_URL])]
_reachable = any(host not in LOOPBACK for host in ALLOWED_HOSTS)
ALLOWED_HOSTS += [host for host in LOOPBACK if host not in ALLOWED_HOSTS]  # health checks come from inside
_https = PUBLIC_URL.startswith("https://")


def _kept(name: str, make: Callable[[], str]) -> str:
    """A secret of this installation's own, made at its first start and kept beside its database."""
    path = DATA_DIR / name
    if not path.exists():
        part = path.with_suffix(f".{os.getpid()}")
        part.touch(mode=0o600)
        part.write_text(make())
        try:
            os.link(part, path)  # fails, as it should, when another process was first
        except FileExistsError:
            pass
        part.unlink()
    return path.read_text().strip()


SECRET_KEY = env.str("SECRET_KEY", default="") or _kept("secret_key", partial(secrets.token_urlsafe, 64))

if len(SECRET_KEY) < 40:
    raise ImproperlyConfigured(
        "SECRET_KEY is too short to protect anybody: give it at least 40 random characters, or leave it "
        "empty and one is made and kept in the data folder."
    )
if DEBUG and _reachable:
    raise ImproperlyConfigured(
        "DEBUG shows settings and entries to whoever meets an error, and ALLOWED_HOSTS lets others in. "
        "Unset DEBUG, or allow only localhost."
    )
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured('ALLOWED_HOSTS must name your hosts: "*" lets anybody forge links in mails.')


PROXIES = _whole("SPASMLOG_PROXIES", 0)
"""How many reverse proxies stand in front and add to X-Forwarded-For. Of that header only what they wrote
is believed when attempts are counted by address: anybody can send the rest. Without one, X-Request-ID is not
believed either."""

METRICS_TOKEN = env.str("SPASMLOG_METRICS_TOKEN", default="")
"""Whoever sends it may read /metrics; empty: there is no such page."""
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("SPASMLOG_METRICS_TOKEN is too short: give it at least 20 random characters.")


# What it is made of ---------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.headless",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_htmx",
    "nutrients",
    "journal",
]

MIDDLEWARE = [
    "spasmlog.logs.Traced",
    "spasmlog.access.Encrypted",
    "django.middleware.security.SecurityMiddleware",
    "spasmlog.access.Apart",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "spasmlog.access.Private",
    "spasmlog.accounts.WebSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "spasmlog.access.Bounded",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "spasmlog.access.StrictSignIn",
    "spasmlog.access.ReadableSignIn",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "spasmlog.urls"
WSGI_APPLICATION = "spasmlog.wsgi.application"
ASGI_APPLICATION = "spasmlog.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "spasmlog" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]


# Where it keeps things ------------------------------------------------------------------------

if DATABASE_URL:
    DATABASES = {"default": env.db_url_config(DATABASE_URL)}
    DATABASES["default"].setdefault("OPTIONS", {})
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "spasmlog.sqlite3",
            "OPTIONS": {
                # A transaction takes the write lock at its start: a read that turns into a write
                # cannot wait for the lock, it fails at once, however long the timeout.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA cache_size=-2000;",
            },
        }
    }
if DATABASE_URL and not DATABASES["default"].get("PASSWORD"):
    # As it is: within an address, and to env.str(), some characters mean something.
    DATABASES["default"]["PASSWORD"] = env.ENVIRON.get("POSTGRES_PASSWORD", "")
DATABASES["default"]["CONN_MAX_AGE"] = _whole("CONN_MAX_AGE", None)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASE_POOL = _whole("DATABASE_POOL", 0)
"""Connections that the threads of one process share at most; 0: each thread keeps one of its own, which is
quicker as long as the database can hold them all."""
STATEMENT_TIMEOUT = _whole("STATEMENT_TIMEOUT", 30)
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    _options = DATABASES["default"]["OPTIONS"]
    # What nobody waits for any more must not hold up others: a query without end, a transaction left open.
    _limits = f"-c statement_timeout={STATEMENT_TIMEOUT}s -c idle_in_transaction_session_timeout=120s"
    # Compiling a query takes longer than any of ours.
    _options["options"] = f"-c jit=off {_limits} {_options.get('options', '')}".strip()
    if DATABASE_POOL:
        _options["pool"] = {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 10}
        DATABASES["default"]["CONN_MAX_AGE"] = 0  # whoever is done gives it back

# Attempts to sign in are counted in the database: in every web process alike, and while Redis is down.
CACHES = {
    "lockouts": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "lockouts",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # fewer, and a flood of invented names pushes real counts out
    }
}
if REDIS_URL:
    CACHES["default"] = {
        "BACKEND": "spasmlog.cache.FailOpenRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "spasmlog",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
else:
    CACHES["default"] = {"BACKEND": "spasmlog.cache.FolderCache", "LOCATION": DATA_DIR / "cache"}

SESSION_ENGINE = "spasmlog.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
# By this prefix browsers take a cookie from this very host alone, and over https.
_of_this_host = "__Host-" if _https else ""
SESSION_COOKIE_NAME = f"{_of_this_host}spasmlog_session"
CSRF_COOKIE_NAME = f"{_of_this_host}spasmlog_csrf"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=_https)
SECURE_REDIRECT_EXEMPT = ["^health/", "^metrics$"]  # asked for from inside, past the proxy
SECURE_HSTS_SECONDS = _whole("SECURE_HSTS_SECONDS", 365 * 24 * 3600 if _https else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
# Both are promises about a whole domain, of which this server is one name: only its owner can give them.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "form-action": [SELF],
    }
}


# Background jobs ------------------------------------------------------------------------------

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_TIMEZONE = "UTC"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Of two queues a worker takes in turn: who has just logged a meal waits for no night's review.
CELERY_TASK_QUEUES = [Queue("celery", routing_key="celery"), Queue("nights", routing_key="nights")]
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_ROUTES = {"journal.tasks.review_chunk": {"queue": "nights"}}
CELERY_BEAT_SCHEDULER = "spasmlog.beat:Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    # The database remembers what is due; this asks again for whatever the broker lost.
    "sweep-stale-days": {"task": "journal.tasks.sweep", "schedule": 20.0, "options": {"expires": 20}},
    "review-everybody": {"task": "journal.tasks.review_everybody", "schedule": 3600.0},
    "ring": {"task": "journal.tasks.ring", "schedule": 60.0, "options": {"expires": 60}},
    "post-digests": {"task": "journal.tasks.post_digests", "schedule": 1800.0, "options": {"expires": 1800}},
    "forget-old": {"task": "journal.tasks.forget_old", "schedule": 6 * 3600.0},
}
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 600,  # longer than the longest task may take
        "socket_connect_timeout": 1,
        "socket_timeout": 2,  # who logs a meal waits for a broker that hangs, once in a while
        "max_retries": 0,
    }
    # A broker that is down must not hold up the person who logs a meal.
    CELERY_TASK_PUBLISH_RETRY = False
else:
    _queue = DATA_DIR / "queue"
    for _folder in ("messages", "control"):
        (_queue / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT = "spasmlog.folder_queue:Transport"
    CELERY_BROKER_URL = "filesystem://localhost/"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "control_folder": str(_queue / "control"),
        "polling_interval": 0.25,
    }


# People and sign-in ---------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["spasmlog.accounts.People"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "spasmlog.signup.NoSpaceAtAnEnd"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_SIGNUP_REDIRECT_URL = "profile_start"
LOGOUT_REDIRECT_URL = "account_login"

REGISTRATION = env.str("SPASMLOG_REGISTRATION", default="open")
if REGISTRATION not in ("open", "invitation", "closed"):
    raise ImproperlyConfigured("SPASMLOG_REGISTRATION must be open, invitation or closed.")

EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="spasmlog@localhost")

ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_URL else "none"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_ADAPTER = "spasmlog.accounts.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "spasmlog.signup.SignupForm"
ACCOUNT_FORMS = {"login": "spasmlog.signin.SignInForm", "add_email": "spasmlog.signin.AddressForm"}
SHOW_DEMO = env.bool("SPASMLOG_SHOW_DEMO", default=False)  # said by `make run` alone, to what it starts
HEADLESS_CLIENTS = ("app",)
HEADLESS_TOKEN_STRATEGY = "spasmlog.accounts.HashedTokens"  # noqa: S105 - a class, no secret
CSRF_FAILURE_VIEW = "spasmlog.errors.csrf_failure"
HEADLESS_SERVE_SPECIFICATION = False
USERSESSIONS_TRACK_ACTIVITY = False
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
ACCOUNT_EMAIL_NOTIFICATIONS = bool(EMAIL_URL)  # letters about another password, address or second factor
MFA_ADAPTER = "spasmlog.accounts.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = not EMAIL_URL  # without mail no address can be verified
MFA_TOTP_ISSUER = "SpasmLog"
MFA_RECOVERY_CODES_SHOW_ONCE = True  # whoever finds a browser signed in finds no way around the factor


# Notifications --------------------------------------------------------------------------------

VAPID_KEY = env.str("SPASMLOG_VAPID_KEY", default="") or _kept("vapid_key", new_key)
"""Tells push services that a message is this server's. With another, every browser must be asked again."""
PUSH_TEST_SERVER = env.str("SPASMLOG_PUSH_TEST_SERVER", default="").rstrip("/")
"""Of tests: an origin on this machine that may stand for a push service, such as http://127.0.0.1:9000."""
if PUSH_TEST_SERVER and environ.urlparse(PUSH_TEST_SERVER).hostname not in LOOPBACK:
    raise ImproperlyConfigured("SPASMLOG_PUSH_TEST_SERVER is for tests: it must be on this machine.")


# REST -----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["spasmlog.access.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["spasmlog.access.LimitedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "spasmlog.document.Documented",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,  # ?format= is a parameter like any other: refused by name, no 404
    "DEFAULT_THROTTLE_CLASSES": ["spasmlog.access.Patience"],
    "NUM_PROXIES": PROXIES,
    "DEFAULT_THROTTLE_RATES": {
        "search": env.str("SPASMLOG_SEARCH_RATE", default="240/min"),
        "person": env.str("SPASMLOG_API_RATE", default="600/min"),
        "export": env.str("SPASMLOG_EXPORT_RATE", default="20/hour"),
        "stranger": env.str("SPASMLOG_API_STRANGER_RATE", default="240/min"),
        "pairing": "10/min",
        "import": "20/hour",
    },
    "LIST_SERIALIZER_ERRORS_AS_DICT": True,
    "EXCEPTION_HANDLER": "spasmlog.errors.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SpasmLog",
    "DESCRIPTION": "A diary of food, water, exercise and muscle cramps. Sign-up and sign-in are below "
    "/_allauth/app/v1/ and hand out the token that goes into X-Session-Token. The guide is docs/api.md.",
    "VERSION": "v1",
    "SERVE_INCLUDE_SCHEMA": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PATH_CONVERTER_OVERRIDES": {"id": {"type": "string", "format": "uuid"}},
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "FoodSourceEnum": "nutrients.codes.FoodSource",
        "DoseSourceEnum": "journal.codes.DoseSource",
        "MealKindEnum": "journal.codes.MealKind",
        "ReminderKindEnum": "journal.codes.ReminderKind",
        "StatusEnum": "journal.codes.DayStatus",
        "SyncStatusEnum": "journal.api.batch.STATUSES",
        "StateEnum": "journal.codes.AdviceState",
        "LinkStateEnum": "journal.codes.LinkState",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "spasmlog.document.complete",
    ],
}


# Words, times, static files -------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
# Each by its own name, as one who reads no other looks for it.
LANGUAGES = [("en-gb", "English (UK)"), ("en-us", "English (US)"), ("de", "Deutsch"), ("es", "Español")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = _https
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [BASE_DIR / "spasmlog" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
WHITENOISE_ALLOW_ALL_ORIGINS = False  # fonts for other sites are not here
STATICFILES_DIRS = [BASE_DIR / "spasmlog" / "static"]
STATIC_ROOT = Path(env.str("SPASMLOG_STATIC", default="") or DATA_DIR / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "spasmlog.storage.HashedModules"},
}
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


# Logs: structured, and quiet about people's health --------------------------------------------

LOG_FORMAT = env.str("LOG_FORMAT", default="console" if sys.stderr.isatty() else "json")
_shared = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_renderer = (
    structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    if LOG_FORMAT == "console"
    else structlog.processors.JSONRenderer()
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                logs.places_alone,
                _renderer,
            ],
        }
    },
    "filters": {"without_values": {"()": "spasmlog.logs.WithoutValues"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "structured",
            "filters": ["without_values"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "celery": {"level": env.str("CELERY_LOG_LEVEL", default="WARNING")},
        "kombu": {"level": "WARNING"},
        "gunicorn.error": {"handlers": ["stderr"], "propagate": False},
        # The line of each request tells of these, too; whoever scans the net would fill the log with traces.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_shared,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
