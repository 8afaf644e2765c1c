"""Something of an entry is wrong: a form that goes the way of the API's reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinics.models import ReportSubject
from finder.api.documents import LONGEST_ADDRESS, LONGEST_CONTACT, LONGEST_TEXT, MOST_LINKS
from finder.api.reports import FIELDS, checked_report, take_in
from finder.api.throttling import ReportThrottle, Throttle
from finder.problems import InvalidParameters, ParameterError
from finder.search import detail
from finder.web.clinic_names import name_in
from finder.web.clinic_pages import PageOfClinic, departed_page
from finder.web.form_body import UnreadableForm, read_form
from finder.web.page import SITE

# The longest texts in three bytes a sign, each escaped as three, and what stands between.
LONGEST_FORM_BYTES = 64 * 1024
NO_STORE = "no-store"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field, in the words of the page; ``label`` is the field's."""

    field: str
    label: str
    message: str


class ReportPage(PageOfClinic):
    """The form, and what it sends."""

    name = "report"
    http_method_names = ["get", "head", "options", "post"]

    def throttle_of(self, request: HttpRequest) -> type[Throttle]:
        """Reading the form is reading; sending it is reporting."""
        return ReportThrottle if request.method == "POST" else self.throttle

    def shown(self, clinic: dict[str, Any]) -> HttpResponse:
        """The empty form."""
        return self._form(clinic, {}, [])

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        """Take a report in as the API does; the form again, as it was typed, where it is wrong."""
        if request.GET:
            return self.refuse_parameters()
        try:
            fields = read_form(request, LONGEST_FORM_BYTES).fields
        except UnreadableForm as error:
            return self.refuse_form(error.status)
        found = detail(id)
        if found is None:
            return departed_page(self, id)
        if not fields.keys() <= FIELDS.keys() or any(len(values) > 1 for values in fields.values()):
            return self.refuse_fields(fields, FIELDS)
        typed = {name: text for name, (text,) in fields.items()}
        try:
            # A field that is left empty says nothing, and a browser sends it all the same.
            values = checked_report({name: text for name, text in typed.items() if text.strip()})
        except InvalidParameters as wrong:
            in_order = sorted(wrong.errors, key=lambda error: list(FIELDS).index(error.parameter))
            return self._form(
                orjson.loads(found[1]), typed, [_fault(error) for error in in_order], status=400
            )
        take_in(id, values)
        address = reverse(f"{SITE}:report-received", args=[id], current_app=self.language)
        return HttpResponse(status=303, headers={"Location": address, "Cache-Control": NO_STORE})

    def _form(
        self,
        clinic: Mapping[str, Any],
        typed: Mapping[str, str],
        faults: list[Fault],
        *,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "clinic": clinic,
            "clinic_name": name_in(clinic, self.language),
            "subjects": ReportSubject.choices,
            "typed": typed,
            "faults": faults,
            "wrong": {fault.field: fault.message for fault in faults},
            "days": settings.REPORT_CONTACT_DAYS,
            "longest_text": LONGEST_TEXT,
            "longest_address": LONGEST_ADDRESS,
            "longest_contact": LONGEST_CONTACT,
        }
        if not typed:
            return self.render("site/report.html", context, status=status)
        # What somebody typed is theirs: no cache keeps it.
        return self.render("site/report.html", context, status=status, cache=NO_STORE)


class ReportReceivedPage(PageOfClinic):
    """A report was taken in."""

    name = "report-received"

    def shown(self, clinic: dict[str, Any]) -> HttpResponse:
        """Thanks, and what happens next."""
        context = {
            "clinic": clinic,
            "clinic_name": name_in(clinic, self.language),
            "days": settings.REPORT_CONTACT_DAYS,
        }
        return self.render("site/report_received.html", context)


def _labels() -> dict[str, str]:
    """The fields' labels in the language of the page."""
    return {
        "subject": _("What is wrong?"),
        "statement": _("Please describe it"),
        "suggestion": _("What would be right?"),
        "source_url": _("A web page that shows it"),
        "contact": _("How we may reach you"),
    }


def _fault(error: ParameterError) -> Fault:
    """An error of the shared reading in the words of the page."""
    field = error.parameter
    return Fault(field, _labels().get(field, field), _message(field, error.code))


def _message(field: str, code: str) -> str:
    if code in ("required", "blank", "unknown-value"):
        if field == "subject":
            return pgettext("site", "Please choose one of the list.")
        return pgettext("site", "Please write what is wrong.")
    if code == "too-long":
        longest = f"{FIELDS[field].longest:,}"
        return _("This is too long: at most %(number)s characters.") % {"number": longest}
    if code == "too-many-links":
        text = _(
            "There are too many links in it: at most %(most)s. "
            "The page that shows it belongs in its own field."
        )
        return text % {"most": MOST_LINKS}
    if field == "source_url":
        return _("This is not the address of a web page: it begins with https:// or http://.")
    return _("It holds signs that cannot be read: please type it again as plain text.")
