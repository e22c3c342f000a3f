"""Settings, all read from the environment (see .env.example). A wrong one stops the process with a sentence."""

import ctypes
import importlib.util
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from dispatch import configuration, logs

BASE_DIR = Path(__file__).resolve().parent.parent
DATABASE_POOL_MAX = 20
RESERVE_THREADS_MAX = 32
# Held open for good, so that somebody who takes all of the database's connections does not take these.
DATABASE_POOL_MIN = 4
DATABASE_POOL_WAIT_S = 5
IDLE_IN_TRANSACTION_S_MAX = 10
UPLOAD_BYTES_MAX = 1_000_000

env = environ.Env()
_problems: list[str] = []


def _read(cast: Callable[..., Any], name: str, default: Any) -> Any:
    """The value of one setting; a value that cannot be read is collected, not raised, so that all are named at once."""
    try:
        return cast(name, default=default)
    except Exception as error:
        _problems.append(f"{name}: cannot be read ({error})")
        return default


def _wheel_libraries() -> dict[str, str]:
    """GDAL and GEOS as the wheels of pyogrio and shapely carry them; nothing when the wheels are absent."""
    found = {}
    for package, setting, pattern in (
        ("pyogrio", "GDAL_LIBRARY_PATH", "libgdal*.so*"),
        ("shapely", "GEOS_LIBRARY_PATH", "libgeos_c*.so*"),
    ):
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            continue
        folder = Path(spec.origin).parent
        libraries = sorted((folder.parent / f"{package}.libs").glob(pattern))
        if libraries:
            found[setting] = str(libraries[0])
        if package == "pyogrio":
            os.environ.setdefault("GDAL_DATA", str(folder / "gdal_data"))
            os.environ.setdefault("PROJ_DATA", str(folder / "proj_data"))
        for needed in (folder.parent / f"{package}.libs").glob("libgeos-*.so*"):
            # The wheel's libgeos_c names this library but not where it lies; once loaded, it is found.
            ctypes.CDLL(str(needed))
    return found


DEBUG = _read(env.bool, "DEBUG", default=False)
TESTING = "pytest" in sys.modules
HOME = Path(_read(env.str, "SIAGA_HOME", str(BASE_DIR / ".siaga"))).resolve()
SECRET_KEY = _read(env.str, "SECRET_KEY", "")
if not SECRET_KEY:
    if DEBUG or TESTING:
        SECRET_KEY = "only-for-development-and-tests-" * 2
    else:
        _problems.append(
            "SECRET_KEY: is missing. Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
elif len(SECRET_KEY) < configuration.SECRET_KEY_LENGTH_MIN:
    _problems.append(
        f"SECRET_KEY: is shorter than {configuration.SECRET_KEY_LENGTH_MIN} characters"
    )
SECRET_KEY_FALLBACKS = _read(env.list, "SECRET_KEY_FALLBACKS", [])

PUBLIC_BASE_URL = _read(env.str, "PUBLIC_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = PUBLIC_BASE_URL.startswith("https://")
ALLOWED_HOSTS = _read(
    env.list,
    "ALLOWED_HOSTS",
    ["127.0.0.1", "localhost", configuration.host_of(PUBLIC_BASE_URL) or ""],
)
CSRF_TRUSTED_ORIGINS = _read(env.list, "CSRF_TRUSTED_ORIGINS", [PUBLIC_BASE_URL] if HTTPS else [])
# Pages that may open the WebSocket, besides those of the host that was asked.
SOCKET_ORIGINS = _read(env.list, "SOCKET_ORIGINS", [PUBLIC_BASE_URL])

# --- applications ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.import_export",
    "import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "leaflet",
    "axes",
    "csp",
    "procrastinate.contrib.django",
    "django_structlog",
    "realtime",
    "maps",
    "units",
    "calls",
    "dispatch.accounts",
    "dispatch",
    "dispatch.analytics",
    "dispatch.training",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "dispatch.accounts.middleware.PersonLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "dispatch.urls"
ASGI_APPLICATION = "dispatch.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ]
        },
    }
]

# --- database ----------------------------------------------------------------------------------

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # an address that cannot be read is told below, in a sentence
    _database = _read(
        env.db_url, "DATABASE_URL", "postgis://siaga@/siaga?host=/var/run/postgresql"
    )
if _database.get("ENGINE") != "django.contrib.gis.db.backends.postgis":
    _problems.append("DATABASE_URL: must begin with postgis://")
_options = _database.setdefault("OPTIONS", {})
if "host" in _options:  # a folder of a unix socket, which the host part of an address cannot hold
    _database["HOST"] = _options.pop("host")
# For the queries that are prepared (realtime/prepared.py): plans of their own for each value would be made every time.
# And a client that is cut off in the middle of a change must not keep its locks until somebody notices: the server ends
# a transaction in which nothing has been asked for so long.
_options["options"] = (
    f"{_options.get('options', '')} -c plan_cache_mode=force_generic_plan"
    f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_S_MAX * 1000}"
)
# One pool in each process; without it Django opens a connection for every request under ASGI.
DATABASE_POOL = _read(env.int, "DATABASE_POOL", DATABASE_POOL_MAX)
WEB_WORKERS = _read(env.int, "WEB_WORKERS", 2)
if not TESTING:
    _options["pool"] = {
        "min_size": DATABASE_POOL_MIN,
        "max_size": max(DATABASE_POOL, DATABASE_POOL_MIN),
        "timeout": DATABASE_POOL_WAIT_S,
    }
DATABASES = {"default": _database}
# Connections of each web process that serve webhooks alone; 0: inline, for tests that hold the transaction.
RESERVE_THREADS = 0 if TESTING else _read(env.int, "RESERVE_THREADS", 4)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
globals().update(_wheel_libraries())

REDIS_URL = _read(env.str, "REDIS_URL", "redis://127.0.0.1:6379/0")

# --- people ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# scrypt needs memory to attack and a twentieth of a second to check, so a shift change does not queue at the door.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 5 / 60  # hours; a dispatcher who mistyped must not lose the shift
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "dispatch.accounts.views.locked_out"
AXES_ENABLED = not TESTING
# One shift. An open console asks for the password again before it ends, over the board and without losing a word.
SESSION_COOKIE_AGE = round(_read(env.float, "SESSION_HOURS", 12.0) * 3600)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz/", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if _read(env.bool, "BEHIND_PROXY", default=False) else None
)
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
X_FRAME_OPTIONS = "DENY"

# --- language, time, city ----------------------------------------------------------------------

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Bahasa Indonesia")), ("en", _("English"))]
LOCALE_PATHS = [
    BASE_DIR / app / "locale" for app in ("dispatch", "calls", "units", "maps", "realtime")
]
USE_TZ = True
TIME_ZONE = _read(env.str, "TIME_ZONE", "Asia/Jakarta")
CITY_NAME = _read(env.str, "CITY_NAME", "Tanjungpinang")
# Numbers that begin so are fixed lines of the city and its surroundings (Tanjungpinang and Bintan: 0771).
CITY_AREA_CODES = _read(env.list, "CITY_AREA_CODES", ["+62771"])
PHONE_REGION = _read(env.str, "PHONE_REGION", "ID")

# --- telephony and messaging -------------------------------------------------------------------

TELEPHONY = _read(env.str, "TELEPHONY", "emulator")
_test_account = ("AC" + "0" * 32, "only-for-tests") if TESTING else ("", "")
TWILIO_ACCOUNT_SID = _read(env.str, "TWILIO_ACCOUNT_SID", _test_account[0])
TWILIO_AUTH_TOKEN = _read(env.str, "TWILIO_AUTH_TOKEN", _test_account[1])
# Both tokens are accepted while the token is being changed.
TWILIO_AUTH_TOKEN_SECONDARY = _read(env.str, "TWILIO_AUTH_TOKEN_SECONDARY", "")
# A key of the account for the telephone in the console's browser; without it dispatchers are rung at a desk phone.
TWILIO_API_KEY_SID = _read(env.str, "TWILIO_API_KEY_SID", "")
TWILIO_API_KEY_SECRET = _read(env.str, "TWILIO_API_KEY_SECRET", "")
TWILIO_NUMBER = _read(env.str, "TWILIO_NUMBER", "")
TWILIO_WHATSAPP_NUMBER = _read(env.str, "TWILIO_WHATSAPP_NUMBER", "")
# Where the emulated provider is asked in place of the real one; on this machine alone.
TWILIO_API_BASE_URL = _read(env.str, "TWILIO_API_BASE_URL", "")
# The city's or the telephone company's exchange: one key signs what it tells us and what we ask of it.
PBX_HMAC_KEY = _read(env.str, "PBX_HMAC_KEY", "")
# Both keys are accepted while the key is being changed; we sign with the first.
PBX_HMAC_KEY_SECONDARY = _read(env.str, "PBX_HMAC_KEY_SECONDARY", "")
PBX_CONTROL_URL = _read(env.str, "PBX_CONTROL_URL", "")
# A gateway of SMS beside or in place of Twilio, signed in the same way.
SMS_GATEWAY_KEY = _read(env.str, "SMS_GATEWAY_KEY", "")
SMS_GATEWAY_KEY_SECONDARY = _read(env.str, "SMS_GATEWAY_KEY_SECONDARY", "")
SMS_GATEWAY_URL = _read(env.str, "SMS_GATEWAY_URL", "")
# What the provider asks while nothing of ours answers: documents on a second host (manage.py fallback_documents).
PROVIDER_FALLBACK_VOICE_URL = _read(env.str, "PROVIDER_FALLBACK_VOICE_URL", "")
PROVIDER_FALLBACK_MESSAGES_URL = _read(env.str, "PROVIDER_FALLBACK_MESSAGES_URL", "")
PROVIDER_FALLBACK_METHOD = _read(env.str, "PROVIDER_FALLBACK_METHOD", "POST").upper()
# A routing service that the city runs beside us (Valhalla), for units on wheels; empty: the own network alone.
VALHALLA_URL = _read(env.str, "VALHALLA_URL", "").rstrip("/")
# Calls a second that the provider lets the account start; more would wait at the provider, unseen, for hours.
VOICE_CALLS_PER_S = _read(env.float, "VOICE_CALLS_PER_S", 1.0)
if not 0 < VOICE_CALLS_PER_S <= 1_000:
    _problems.append("VOICE_CALLS_PER_S: must be above 0 and at most 1000")
# Agreed with the sender of AML over HTTPS; empty: reports are taken unsigned and marked so.
AML_HMAC_KEY = _read(env.str, "AML_HMAC_KEY", "")
# Where the provider keeps pictures and recordings. Only from these hosts, by https, is anything fetched.
MEDIA_HOSTS = _read(
    env.list,
    "MEDIA_HOSTS",
    ["api.twilio.com", "mcs.us1.twilio.com", "media.twiliocdn.com", "mms.twiliocdn.com"],
)
if any(not host or set(host) & set("/:*@ ") for host in MEDIA_HOSTS):
    _problems.append("MEDIA_HOSTS: must be names of hosts, without scheme, port or *")
# Days for which they are kept here; 0: for ever. Of an open incident nothing is removed.
MEDIA_KEEP_DAYS = _read(env.int, "MEDIA_KEEP_DAYS", 180)
if not 0 <= MEDIA_KEEP_DAYS <= 36_500:
    _problems.append("MEDIA_KEEP_DAYS: must be between 0 and 36500")
# Kept of spoken calls where the city has decided so, and told to every caller first (deploy/RECORDING.md).
RECORD_CALLS = _read(env.bool, "RECORD_CALLS", default=False)
TRANSCRIBE_CALLS = _read(env.bool, "TRANSCRIBE_CALLS", default=False)
TRANSCRIPTION_LANGUAGE = _read(env.str, "TRANSCRIPTION_LANGUAGE", "id-ID")
# Where the exchange keeps its recordings, with the sign-in that may read them; empty: they are not played here.
PBX_RECORDINGS_URL = _read(env.str, "PBX_RECORDINGS_URL", "")
# How often the provider's lists are compared with what the centre has. Sixty is meant; tests cannot wait so long.
RECONCILE_EVERY_S = _read(env.int, "RECONCILE_EVERY_S", 60)
if not 1 <= RECONCILE_EVERY_S <= 60 or 60 % RECONCILE_EVERY_S:
    _problems.append("RECONCILE_EVERY_S: must divide a minute: 60, 30, 20, 15 … 1")
if not (TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN):
    if TELEPHONY == "twilio":
        _problems.append(
            "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: are needed when TELEPHONY=twilio"
        )
    elif TELEPHONY != "pbx" and not (DEBUG or TESTING):
        _problems.append(
            "TWILIO_AUTH_TOKEN: is needed to check the signatures of webhooks (the emulator signs with it too)"
        )

# --- maps --------------------------------------------------------------------------------------

BASEMAP_URL = _read(
    env.str, "BASEMAP_URL", ""
)  # {z}/{x}/{y} of an outside raster map; empty: own vector tiles only
# Asked only by manage.py import_map --overpass.
OVERPASS_URL = _read(env.str, "OVERPASS_URL", "https://overpass-api.de/api/interpreter")
# A geocoder of others that is asked beside the own one: "nominatim" or "photon"; empty: none.
OUTSIDE_GEOCODER = _read(env.str, "OUTSIDE_GEOCODER", "")
OUTSIDE_GEOCODER_URL = _read(env.str, "OUTSIDE_GEOCODER_URL", "").rstrip("/")
OUTSIDE_GEOCODER_TIMEOUT_S = _read(env.float, "OUTSIDE_GEOCODER_TIMEOUT_S", 2.0)
if OUTSIDE_GEOCODER not in {"", "nominatim", "photon"}:
    _problems.append("OUTSIDE_GEOCODER: must be nominatim or photon, or empty")
if OUTSIDE_GEOCODER and not OUTSIDE_GEOCODER_URL.startswith(("http://", "https://")):
    _problems.append(
        "OUTSIDE_GEOCODER_URL: is needed when OUTSIDE_GEOCODER is set, such as https://nominatim.example.id"
    )
if not 0 < OUTSIDE_GEOCODER_TIMEOUT_S <= 10:
    _problems.append("OUTSIDE_GEOCODER_TIMEOUT_S: must be above 0 and at most 10 seconds")

LEAFLET_CONFIG = {
    "DEFAULT_CENTER": (0.918, 104.466),
    "DEFAULT_ZOOM": 13,
    "MIN_ZOOM": 9,
    "MAX_ZOOM": 18,
    "TILES": [],
    "RESET_VIEW": False,
}
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

# --- pages and files ---------------------------------------------------------------------------

STATIC_URL = "/static/"
_collected = _read(env.bool, "STATIC_COLLECTED", default=False)
_collecting = "collectstatic" in sys.argv
_static_folder = Path(_read(env.str, "STATIC_ROOT", "") or BASE_DIR / "staticfiles")
# Without collected files whitenoise serves them from where they lie, and there is no folder to look into.
STATIC_ROOT = _static_folder if _collected or _collecting else None
# npm packages come by package-lock.json; only their dist folders are served.
STATICFILES_DIRS = [
    (f"npm/{name}", BASE_DIR / "node_modules" / name / "dist")
    for name in ("uplot", "protomaps-leaflet")
    if (BASE_DIR / "node_modules" / name / "dist").is_dir()
]
WHITENOISE_USE_FINDERS = not _collected
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _collected
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = HOME / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_BYTES_MAX
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [
            SELF,
            "'unsafe-inline'",
        ],  # Leaflet positions its panes with style attributes
        "img-src": [
            SELF,
            "data:",
            "blob:",
            *(
                [f"{urlsplit(BASEMAP_URL).scheme}://{urlsplit(BASEMAP_URL).netloc}"]
                if BASEMAP_URL
                else []
            ),
        ],
        # The telephone in the browser speaks with the provider by itself, where there is one.
        "connect-src": [
            SELF,
            *(
                ["wss://voice-js.roaming.twilio.com", "https://eventgw.twilio.com"]
                if TELEPHONY != "emulator" and TWILIO_API_KEY_SID
                else []
            ),
        ],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
    # unfold's admin pages carry Alpine.js, which evaluates expressions from attributes
    "EXCLUDE_URL_PREFIXES": ["/admin/"],
}

# --- logs, jobs, admin -------------------------------------------------------------------------

LOG_LEVEL = _read(env.str, "LOG_LEVEL", "INFO").upper()
LOGGING = logs.configuration(level=LOG_LEVEL)
logs.configure()
DJANGO_STRUCTLOG_COMMAND_LOGGING_ENABLED = False
UNFOLD = {
    "SITE_TITLE": "Siaga 112",
    "SITE_HEADER": "Siaga 112",
    "SITE_SUBHEADER": CITY_NAME,
    "SITE_SYMBOL": "emergency",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "/static/dispatch/favicon.svg"}
    ],
    "COLORS": {
        "primary": {
            "50": "#eef5fc",
            "100": "#d8e8f8",
            "200": "#b5d3f1",
            "300": "#87b8e8",
            "400": "#5598dc",
            "500": "#3a7fca",
            "600": "#2c6cb5",
            "700": "#255893",
            "800": "#21496f",
            "900": "#1e3d5b",
            "950": "#14283d",
        }
    },
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": "/accounts/language/"},
    "SHOW_HISTORY": True,
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "dispatch.admin.navigation",
    },
    "ACCOUNT": {
        "navigation": [{"title": _("Change password"), "link": "/accounts/password/"}],
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []

_problems += configuration.problems(
    {
        **{name: value for name, value in globals().items() if name.isupper()},
        "STATIC_ROOT": _static_folder,
        "STATIC_COLLECTED": _collected,
        "COLLECTING": _collecting,
    },
    words=os.environ,
)
if _problems:
    sys.stderr.write("Siaga 112 does not start, its settings are wrong:\n")
    sys.stderr.writelines(f"  - {problem}\n" for problem in _problems)
    raise SystemExit(78)  # EX_CONFIG
