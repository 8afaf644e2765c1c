"""Keeps a searcher's position and words out of logs and error reports."""

import logging
import re
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

# Anything after the question mark of an address in a log line, whatever quotes or follows it.
QUERY_STRING = re.compile(r"\?[^\s\"']*")


class WithoutQueryString(logging.Filter):
    """Cuts query strings out of a record before it is formatted, and drops its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact ``record`` in place; always true, no record is lost."""
        record.msg = QUERY_STRING.sub("?…", record.getMessage())
        record.args = None
        record.__dict__.pop("request", None)
        return True


class WithoutSearcher(SafeExceptionReporterFilter):
    """An error report that names the view and the line, but not what was asked or from where."""

    hidden_settings = SafeExceptionReporterFilter.hidden_settings

    def get_post_parameters(self, request: HttpRequest | None) -> Any:
        """Nothing of a request's body."""
        return {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> Any:
        """No local variables: parsed positions and answers live there."""
        return []
