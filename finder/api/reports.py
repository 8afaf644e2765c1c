"""`POST /api/v1/clinics/{id}/reports`: somebody says that an entry is wrong.

What is sent goes to the curators' queue and nowhere else. Of who sent it, only a contact that they
gave is kept, apart and for a set time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from clinics.curation.reports import Statement, purge_contacts, receive
from clinics.models import Facility, ReportSubject
from finder.api import schema
from finder.api.bodies import read_body
from finder.api.documents import (
    ADDRESS_PATTERN,
    LONGEST_ADDRESS,
    LONGEST_CONTACT,
    LONGEST_TEXT,
    MOST_LINKS,
    TEXT_PATTERN,
    ReportReceipt,
)
from finder.api.negotiation import JSON
from finder.api.reading import ReadView, refuse_parameters
from finder.api.throttling import ReportThrottle
from finder.problems import InvalidParameters, ParameterError, suggestion
from finder.search import version

LONGEST_BODY_BYTES = 16 * 1024
# What people paste; advertising has many.
LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
# Of the two signs by which a browser ends a line of a form, its author typed and counted one.
LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029]")
TEXT = re.compile(TEXT_PATTERN)
ADDRESS = re.compile(ADDRESS_PATTERN)


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a report: how long it may be, and what it has to look like."""

    longest: int
    pattern: re.Pattern[str] = TEXT
    accepted: str = "text without control characters, and not blank"
    required: bool = False

    def fault(self, name: str, value: Any) -> ParameterError | None:
        """What is wrong with a value, naming what would be accepted; None if nothing is."""
        if not isinstance(value, str):
            kind = type(value).__name__
            message = f"Accepted is text, not {kind}; leave {name} out if there is nothing to say."
            return ParameterError(name, "wrong-type", message)
        text = value.strip()
        if len(text) > self.longest:
            message = f"At most {self.longest:,} characters, not {len(text):,}."
            return ParameterError(name, "too-long", message)
        if not text:
            return ParameterError(name, "blank", f"It is blank; accepted is {self.accepted}.")
        if not self.pattern.search(text):
            message = f"{text[:64]!r} is not accepted; give {self.accepted}."
            return ParameterError(name, "not-accepted", message)
        return None


class SubjectField(Field):
    """What the report is about."""

    def fault(self, name: str, value: Any) -> ParameterError | None:
        """What is wrong with a value; None where it is one of the subjects."""
        if value in ReportSubject.values:
            return None
        accepted = ", ".join(ReportSubject.values)
        word = value if isinstance(value, str) else type(value).__name__
        message = f"{word[:64]!r} is not one of: {accepted}."
        return ParameterError(
            name, "unknown-value", message, suggestion(word, ReportSubject.values)
        )


class TrapField(Field):
    """What no person sees in a form, and programs fill in."""

    def fault(self, name: str, value: Any) -> ParameterError | None:
        """Blank is right, and a text says who wrote it."""
        return None if isinstance(value, str) and not value else super().fault(name, value)


FIELDS: Mapping[str, Field] = {
    "subject": SubjectField(longest=16, required=True),
    "statement": Field(longest=LONGEST_TEXT, required=True),
    "suggestion": Field(longest=LONGEST_TEXT),
    "source_url": Field(
        longest=LONGEST_ADDRESS,
        pattern=ADDRESS,
        accepted="an address of the web that begins with https:// or http://",
    ),
    "contact": Field(longest=LONGEST_CONTACT),
    "homepage": TrapField(longest=LONGEST_ADDRESS, pattern=re.compile("")),
}


class Reports(ReadView):
    """`POST /api/v1/clinics/{id}/reports`."""

    throttle_classes = [ReportThrottle]

    @extend_schema(**schema.REPORT)
    def post(self, request: Request, id: UUID) -> HttpResponse:
        """Take a report in; the answer is the same for one that a trap caught."""
        refuse_parameters(request)
        values = read_report(read_body(request, [JSON], LONGEST_BODY_BYTES))
        take_in(id, values)
        receipt: ReportReceipt = {
            "received": True,
            "subject": values["subject"],
            "note": (
                "Thank you. Curators read every report; nothing is published before they have "
                "checked it. A contact is kept apart, for "
                f"{settings.REPORT_CONTACT_DAYS} days at most."
            ),
        }
        return HttpResponse(
            orjson.dumps(receipt),
            status=202,
            content_type=JSON,
            headers={"Cache-Control": "no-store"},
        )


def read_report(body: bytes) -> dict[str, str]:
    """The members of a report, their texts without blanks around them.

    Raises :class:`InvalidParameters` with an error for every member that is wrong.
    """
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidParameters(
            [ParameterError("body", "not-json", "The body is not JSON in UTF-8 (RFC 8259).")]
        ) from None
    if not isinstance(sent, dict):
        message = f"Accepted is a JSON object with {', '.join(FIELDS)}."
        raise InvalidParameters([ParameterError("body", "wrong-type", message)])
    return checked_report(sent)


def checked_report(sent: Mapping[str, Any]) -> dict[str, str]:
    """The members of a report as sent, their texts without blanks around them, in lines that end alike.

    Raises :class:`InvalidParameters` with an error for every member that is wrong.
    """
    members = {
        name: LINE_END.sub("\n", value) if isinstance(value, str) else value
        for name, value in sent.items()
    }
    errors = _faults(members)
    if errors:
        raise InvalidParameters(errors)
    values = {name: text.strip() for name, text in members.items()}
    links = len(LINK.findall(f"{values['statement']} {values.get('suggestion', '')}"))
    if links > MOST_LINKS:
        message = (
            f"Statement and suggestion hold {links} links, at most {MOST_LINKS} are accepted; the "
            "page that shows it belongs in source_url."
        )
        raise InvalidParameters([ParameterError("statement", "too-many-links", message)])
    return values


def take_in(clinic_id: UUID, values: Mapping[str, str]) -> None:
    """Put a checked report in the queue; one that the trap caught goes nowhere, and is not told so.

    Raises ``Http404`` for a clinic that is not published.
    """
    if version(clinic_id) is None:
        raise Http404(f"There is no clinic {clinic_id}.")
    if not values.get("homepage"):
        _keep(clinic_id, Statement(**{n: text for n, text in values.items() if n != "homepage"}))


def _faults(sent: Mapping[str, Any]) -> list[ParameterError]:
    errors = []
    for name, value in sent.items():
        if name not in FIELDS:
            message = f"A report has no {name[:64]!r}; accepted: {', '.join(FIELDS)}."
            near = suggestion(name, FIELDS)
            errors.append(ParameterError(name[:64], "unknown-parameter", message, near))
        elif fault := FIELDS[name].fault(name, value):
            errors.append(fault)
    errors += [
        ParameterError(name, "required", f"{name} is needed.")
        for name, field in FIELDS.items()
        if field.required and name not in sent
    ]
    return errors


def _keep(clinic_id: UUID, said: Statement) -> None:
    today = timezone.localdate()
    purge_contacts(today)
    try:
        receive(clinic_id, said, today)
    except Facility.DoesNotExist:
        raise Http404(f"There is no clinic {clinic_id}.") from None
