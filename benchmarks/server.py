"""What the HTTP part serves: the product, and beside it the views it is measured against."""

import json
import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

# The centres of the searches, as JSON.
CENTRES = "BENCHMARK_CENTRES"


def application() -> WSGIHandler:
    """The WSGI application, for a server that makes one in each of its workers."""
    handler = get_wsgi_application()

    # Models can be imported only now that Django has been set up.
    from django.conf import settings

    from benchmarks import reference_views
    from benchmarks.answering import prepared_searches

    reference_views.prepared[:] = prepared_searches(json.loads(os.environ[CENTRES]))
    settings.ROOT_URLCONF = "benchmarks.urls"
    return handler
