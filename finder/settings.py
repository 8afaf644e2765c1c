"""The one settings file: read from the environment, safe to run as it is on one's own machine.

Every variable is listed in the README. With ``PRODUCTION=1`` the process refuses to start
without ``SECRET_KEY`` and ``ALLOWED_HOSTS``.
"""

import secrets
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from finder.rates import Rate

BASE_DIR = Path(__file__).resolve().parent.parent
FIXTURES_DIR = BASE_DIR / "fixtures"

env = environ.Env()

PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=not PRODUCTION)

if PRODUCTION:
    SECRET_KEY = env.str("SECRET_KEY", default="")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
    missing = [
        name
        for name, value in [("SECRET_KEY", SECRET_KEY), ("ALLOWED_HOSTS", ALLOWED_HOSTS)]
        if not value
    ]
    if missing:
        raise ImproperlyConfigured(
            f"PRODUCTION=1 needs {' and '.join(missing)} in the environment: "
            "SECRET_KEY is 50 or more random characters, "
            "ALLOWED_HOSTS the comma-separated host names this server answers to."
        )
    if DEBUG:
        raise ImproperlyConfigured("DEBUG=1 shows internals to everyone; not with PRODUCTION=1.")
else:
    # A new key at every start signs people out of the admin, and nothing else depends on it.
    SECRET_KEY = env.str("SECRET_KEY", default=secrets.token_urlsafe(50))
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])

INSTALLED_APPS = [
    # First, so that their templates stand before those of the admin.
    "clinics",
    "finder",
    "clinics.site_config.CurationAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "simple_history",
    "axes",
]

MIDDLEWARE = [
    # Before all that makes an answer, static files too.
    "finder.web.compression.CompressPages",
    # Before the others that refuse, so that refusals can be read from anywhere too.
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "finder.admin_language.admin_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Last, as its documentation asks; it looks at one attribute of the request.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "finder.urls"
WSGI_APPLICATION = "finder.wsgi.application"
# The contract has no trailing slashes; an address that differs is not found rather than moved.
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
DATABASES["default"].setdefault("CONN_MAX_AGE", env.int("CONN_MAX_AGE", default=60))
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        # WAL lets searches go on while an import writes; IMMEDIATE makes a second writer wait
        # for its turn at the start of its transaction instead of failing in the middle of it.
        init_command=(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32768;"
        ),
        transaction_mode="IMMEDIATE",
        timeout=30,
    )
# Throttling keeps numbers here, and the quality figures are kept a minute. Local memory is each
# process's own, so with several workers a client has as many times the rate; the bound is on
# clients counted at a time.
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://?MAX_ENTRIES=100000")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # Compiling a statement takes PostgreSQL longer than any search here.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LEAST_PASSWORD_LENGTH = 12
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"django.contrib.auth.password_validation.{name}",
        "OPTIONS": {"min_length": LEAST_PASSWORD_LENGTH} if name.startswith("Minimum") else {},
    }
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]

# A session is a working day, and ends with the browser.
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_AGE = None
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# After so many failures to sign in under one name from one address, that name waits there, so long.
SIGN_IN_FAILURES = env.int("SIGN_IN_FAILURES", default=5)
SIGN_IN_LOCK_MINUTES = env.int("SIGN_IN_LOCK_MINUTES", default=60)
for name, number in [
    ("SIGN_IN_FAILURES", SIGN_IN_FAILURES),
    ("SIGN_IN_LOCK_MINUTES", SIGN_IN_LOCK_MINUTES),
]:
    if number < 1:
        raise ImproperlyConfigured(f"{name}={number}: a whole number of 1 or more is needed.")
# An address that tries many names waits too, only later: a whole office may share one. Never is a
# name locked by itself, for then any stranger could keep a curator out from anywhere. Guessing from
# many addresses is met by the length of passwords. Attempts during a lock do not prolong it.
SIGN_IN_FAILURES_OF_ADDRESS = 10 * SIGN_IN_FAILURES
AXES_HANDLER = "finder.sign_in.SignInGuard"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_FAILURE_LIMIT = SIGN_IN_FAILURES
AXES_COOLOFF_TIME = timedelta(minutes=SIGN_IN_LOCK_MINUTES)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "finder.sign_in.address_of"
AXES_LOCKOUT_CALLABLE = "finder.sign_in.locked_out"
# Failures are kept until they no longer count; who signed in when, and with what, is not kept.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

LANGUAGE_CODE = "en"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LANGUAGE_COOKIE_PATH = "/admin/"
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# django-leaflet's copy of Leaflet alone: as an installed app it would need GDAL.
LEAFLET = Path(str(find_spec("leaflet").origin)).parent  # type: ignore[union-attr]
STATICFILES_DIRS = [("leaflet", LEAFLET / "static" / "leaflet")]
# On one's own machine static files come straight from the packages, without collectstatic.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION

if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# A searcher's position travels in query strings, so no log line may carry one.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_query": {"()": "finder.privacy.WithoutQueryString"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "filters": ["without_query"]},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # Never at DEBUG, where it writes each statement with its values, positions among them.
        "django.db.backends": {"level": "INFO"},
        "httpx": {"level": "WARNING"},
    },
}
DEFAULT_EXCEPTION_REPORTER_FILTER = "finder.privacy.WithoutSearcher"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "finder.api.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Clinic and specialist finder",
    "VERSION": "1.0.0",
    "DESCRIPTION": (
        "The nearest clinics for an athlete whose movement fails, with distances, sources and "
        "dates. Not medical advice; in an emergency in Japan call 119."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SORT_OPERATION_PARAMETERS": False,
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "defaultModelsExpandDepth": -1},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "finder.api.schema.add_document_components",
        "finder.api.schema.require_bodies",
    ],
}

# Reading is open to every page of the web, without credentials; the admin to none.
CORS_URLS_REGEX = r"^/(api|fhir)/"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS", "POST"]
CORS_ALLOW_HEADERS = ["accept", "content-type", "if-none-match"]
CORS_EXPOSE_HEADERS = ["ETag", "Link", "Retry-After"]

# How often a reader may ask; None: as often as they like.
try:
    THROTTLE_READ = Rate.read(env.str("THROTTLE_READ", default="600/minute"))
except ValueError as error:
    raise ImproperlyConfigured(f"THROTTLE_READ: {error}") from None
# How often one client may report that an entry is wrong.
try:
    THROTTLE_REPORT = Rate.read(env.str("THROTTLE_REPORT", default="10/hour"))
except ValueError as error:
    raise ImproperlyConfigured(f"THROTTLE_REPORT: {error}") from None
# How many of our own proxies stand before this server, each adding to X-Forwarded-For.
NUM_PROXIES = env.int("NUM_PROXIES", default=0)
if NUM_PROXIES < 0:
    raise ImproperlyConfigured(f"NUM_PROXIES={NUM_PROXIES}: a number of proxies is 0 or more.")

# How many days what curators checked stays fresh: names, addresses and most claims; services and
# second-opinion terms, which change sooner.
VERIFICATION_DAYS = env.int("VERIFICATION_DAYS", default=365)
SERVICE_VERIFICATION_DAYS = env.int("SERVICE_VERIFICATION_DAYS", default=90)
# Whoever wrote a draft does not publish it, but where a team is one person.
ONE_PERSON_TEAM = env.bool("ONE_PERSON_TEAM", default=False)
# How many days the contact that a reporter leaves is kept.
REPORT_CONTACT_DAYS = env.int("REPORT_CONTACT_DAYS", default=90)
if REPORT_CONTACT_DAYS < 1:
    raise ImproperlyConfigured(f"REPORT_CONTACT_DAYS={REPORT_CONTACT_DAYS}: 1 day or more.")
# How many days before a claim expires it comes to the curators' desk.
EXPIRY_NOTICE_DAYS = env.int("EXPIRY_NOTICE_DAYS", default=30)

# The countries whose cities every installation knows by name (ISO 3166-1 alpha-2).
PLACE_COUNTRIES = env.list("PLACE_COUNTRIES", default=["JP"])
# Asked for places that the gazetteer does not know; none by default, so that no text of a searcher
# leaves the machine. `gsi`, or a service of geopy such as `nominatim`, with its options as JSON.
ONLINE_GEOCODER = env.str("ONLINE_GEOCODER", default="")
ONLINE_GEOCODER_OPTIONS = env.json("ONLINE_GEOCODER_OPTIONS", default={})
# The least time between two calls of one process.
ONLINE_GEOCODER_DELAY_S = env.float("ONLINE_GEOCODER_DELAY_S", default=1.0)

# The maps: tiles and whom to credit for them (HTML); without tiles the pin stands
# on a graticule.
MAP_TILES_URL = env.str(
    "MAP_TILES_URL", default="https://cyberjapandata.gsi.go.jp/xyz/std/{z}/{x}/{y}.png"
)
MAP_TILES_ATTRIBUTION = env.str(
    "MAP_TILES_ATTRIBUTION",
    default='<a href="https://maps.gsi.go.jp/development/ichiran.html">国土地理院</a>',
)
# What a curator's "look up the address" asks: the dotted name of a function; empty: no such button.
ADDRESS_LOOKUP = env.str("ADDRESS_LOOKUP", default="finder.places.address_lookup.look_up")
# An entry with many claims is one long form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
