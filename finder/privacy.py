"""Keeps a searcher's position and words out of logs and error reports."""

import logging
import re
import traceback
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

# Anything after the first question mark of a log line, blanks and quotation marks too, which careless
# clients leave in an address; only the protocol and what a server says after it stay.
QUERY_STRING = re.compile(r"\?(.*(?= HTTP/[0-9])|.*)", re.DOTALL)


class WithoutQueryString(logging.Filter):
    """Cuts query strings out of a record before it is formatted, and drops its request.

    Of an exception, its type and where it was raised remain: its message may quote the question,
    and a database's the whole statement with its values.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact ``record`` in place; always true, no record is lost."""
        record.msg = QUERY_STRING.sub("?…", record.getMessage())
        record.args = None
        record.__dict__.pop("request", None)
        if record.exc_info and record.exc_info[1]:
            record.exc_text = without_messages(record.exc_info[1])
        record.exc_info = None
        return True


def without_messages(error: BaseException) -> str:
    """The tracebacks of an exception and of those before it: types and places, no messages."""
    parts: list[str] = []
    before: BaseException | None = error
    while before is not None:
        kind = f"{type(before).__module__}.{type(before).__qualname__}"
        parts.append("".join(traceback.format_tb(before.__traceback__)) + kind)
        before = before.__cause__ or (None if before.__suppress_context__ else before.__context__)
    return "\n\n".join(reversed(parts))


class WithoutSearcher(SafeExceptionReporterFilter):
    """An error report that names the view and the line, but not what was asked or from where."""

    hidden_settings = SafeExceptionReporterFilter.hidden_settings

    def get_post_parameters(self, request: HttpRequest | None) -> Any:
        """Nothing of a request's body."""
        return {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> Any:
        """No local variables: parsed positions and answers live there."""
        return []
