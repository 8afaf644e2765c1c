"""The checklist as a form in small steps, and the visit that its answers prepare.

Answers come in the body of a request and go into its answer: they are neither stored nor logged, nor
ever part of an address.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from finder.api.caching import PRIVATE, REVALIDATE
from finder.api.checklists.clinic_documents import ClinicNotes, clinic_notes_document
from finder.api.checklists.clinic_notes import notes_of, published
from finder.api.checklists.concept_labels import labels_of
from finder.api.checklists.preparation import LONGEST_BODY_BYTES
from finder.api.checklists.preparation_documents import preparation_document
from finder.api.checklists.reading import DEFAULT, PDF, checklist_of
from finder.checklist.answers import Answers
from finder.checklist.clinic.notes import TermNote
from finder.checklist.definition import LANGUAGES, Checklist, Sign
from finder.checklist.forms.pages_html import shown_page
from finder.checklist.forms.sheet_making import sheet_of
from finder.checklist.forms.summary_pdf import summary_pdf
from finder.checklist.forms.wording import words_in
from finder.checklist.page import Page
from finder.checklist.preparing import Preparation, prepare
from finder.checklist.summary import summarise
from finder.problems import InvalidParameters, ParameterError
from finder.web.answer_fields import answers_of, signs_named
from finder.web.checklist_form import emergency_panel, form_steps
from finder.web.clinic_names import name_in
from finder.web.clinic_pages import departed_page
from finder.web.fault_words import fault_sentence
from finder.web.form_body import Fields, UnreadableForm, read_form
from finder.web.one_language import in_one_language
from finder.web.page import MOST_NAMED, SITE, SitePage, said_again

# What is wanted of the answers, and at which item to go on: no item has such a name.
WISH, ITEM = "_do", "_at"
PREPARE, AS_PDF, CHANGE = "prepare", "pdf", "change"
# Why there is nothing to prepare, by what the page of a clinic that is not published answers.
DEPARTED = {404: "never-listed", 410: "no-longer-listed"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What the page is of: a checklist, and the clinic whose own terms stand in it, if any."""

    checklist: Checklist
    clinic: dict[str, Any] | None = None
    notes: dict[str, list[TermNote]] | None = None

    @property
    def clinic_notes(self) -> ClinicNotes | None:
        """The clinic with its terms, as a document."""
        if self.clinic is None:
            return None
        return clinic_notes_document(self.clinic, self.notes or {})


class ChecklistPage(SitePage):
    """The checklist as a form."""

    name = "checklist"
    http_method_names = ["get", "head", "options", "post"]

    def get(self, request: HttpRequest, **where: Any) -> HttpResponse:
        """The form, empty."""
        if request.GET:
            return self.refuse_parameters()
        subject = self.subject(**where)
        if isinstance(subject, HttpResponse):
            return subject
        return self.form(subject, {}, cache=REVALIDATE)

    def post(self, request: HttpRequest, **where: Any) -> HttpResponse:
        """What follows from the answers, or the form with them; an emergency among them first."""
        try:
            fields, body = read_form(request, LONGEST_BODY_BYTES)
        except UnreadableForm as error:
            reason = "too-long" if error.status == 413 else "form"
            return self.refused(reason, error.status, error.body)
        if request.GET:
            return self.refused("parameters", 400, body)
        subject = self.subject(**where)
        if not isinstance(subject, HttpResponse):
            return self.answered(subject, fields, body)
        # A clinic that is gone keeps nobody from being told of an emergency.
        if subject.status_code in DEPARTED and signs_named(checklist_of(DEFAULT), body):
            return self.refused(DEPARTED[subject.status_code], subject.status_code, body)
        return subject

    def answered(self, subject: Subject, fields: dict[str, list[str]], body: bytes) -> HttpResponse:
        """The answer to a form that could be read."""
        checklist = subject.checklist
        wish, item = fields.pop(WISH, [PREPARE]), fields.pop(ITEM, [])
        errors = _unknown(checklist, wish, item)
        if not errors and (item or wish == [CHANGE]):
            return self.form(subject, fields, start="".join(item))
        try:
            answers = answers_of(checklist, fields, timezone.localdate(), self.language)
        except InvalidParameters as error:
            errors += error.errors
        if errors:
            signs = signs_named(checklist, body)
            return self.form(subject, fields, errors=errors, signs=signs, status=400)
        prepared = prepare(checklist, answers)
        pages = [
            summarise(checklist, answers, prepared.emergency, language, timezone.localdate())
            for language in LANGUAGES
        ]
        if wish == [AS_PDF]:
            disposition = f'attachment; filename="{checklist.slug}.pdf"'
            headers = {"Cache-Control": PRIVATE, "Content-Disposition": disposition}
            return HttpResponse(summary_pdf(pages), content_type=PDF, headers=headers)
        return self.prepared(subject, fields, answers, prepared, pages)

    def subject(self, **where: Any) -> Subject | HttpResponse:
        """What the page is of, or the page that says that there is none."""
        return Subject(checklist_of(DEFAULT))

    def form(
        self,
        subject: Subject,
        fields: Fields,
        *,
        errors: Sequence[ParameterError] = (),
        signs: Iterable[Sign] = (),
        start: str = "",
        status: int = 200,
        cache: str = PRIVATE,
    ) -> HttpResponse:
        """The form with what was typed, what is wrong with it, and the emergency it names."""
        checklist = subject.checklist
        sheet = sheet_of(checklist, self.language, subject.notes)
        sentences = {one.parameter: fault_sentence(checklist, one) for one in errors}
        at_items = {slug: told for slug, told in sentences.items() if slug in checklist.item}
        named = [sign.option for sign in signs]
        context = self.about(subject) | {
            "sheet": sheet,
            "words": words_in(self.language),
            "emergency": emergency_panel(checklist, sheet, self.language, named),
            "steps": form_steps(checklist, sheet, self.language, fields, at_items, start),
            "faults": bool(errors),
            "faults_elsewhere": [
                told for name, told in sentences.items() if name not in checklist.item
            ][:MOST_NAMED],
            "filled": bool(fields),
        }
        return self.render("site/checklist.html", context, status=status, cache=cache)

    def prepared(
        self,
        subject: Subject,
        fields: Fields,
        answers: Answers,
        prepared: Preparation,
        pages: Sequence[Page],
    ) -> HttpResponse:
        """The visit prepared, with the answers in it for what may be asked of them next."""
        checklist = subject.checklist
        document = preparation_document(
            checklist, answers, prepared, pages, subject.clinic_notes, labels_of(prepared.routing)
        )
        told = in_one_language(document, self.language)
        for row in told["routing"]:
            for stop in row["stops"]:
                stop["asked"] = _asked(stop)
        sheet = sheet_of(checklist, self.language, subject.notes)
        signs = [sign.option for sign in prepared.emergency]
        context = self.about(subject) | {
            "told": told,
            "words": words_in(self.language),
            "emergency": emergency_panel(checklist, sheet, self.language, signs),
            "terms": [item for section in sheet.sections for item in section.items if item.terms],
            "pages": [shown_page(page) for page in pages],
            "sent": [(name, value) for name, values in fields.items() for value in values],
            "review": sheet.review,
        }
        return self.render("site/prepared.html", context, cache=PRIVATE)

    def about(self, subject: Subject) -> dict[str, Any]:
        """What the form and the prepared visit both show."""
        clinic = subject.clinic
        return {
            "slug": subject.checklist.slug,
            "version": subject.checklist.version,
            "clinic": clinic,
            "clinic_name": name_in(clinic, self.language) if clinic else "",
            "action": reverse(f"{SITE}:{self.name}", kwargs=self.kwargs, current_app=self.language),
        }

    def refused(self, reason: str, status: int, body: bytes) -> HttpResponse:
        """Why nothing could be done; an emergency that the body names stands first."""
        context: dict[str, Any] = {"reason": reason, "names": said_again(self.request.GET)}
        checklist = checklist_of(DEFAULT)
        if signs := signs_named(checklist, body):
            sheet = sheet_of(checklist, self.language)
            named = [sign.option for sign in signs]
            context |= {
                "words": words_in(self.language),
                "emergency": emergency_panel(checklist, sheet, self.language, named),
            }
        return self.render("site/refused.html", context, status=status, cache=PRIVATE)


class ClinicChecklistPage(ChecklistPage):
    """The checklist with a clinic's own terms."""

    name = "clinic-checklist"

    def subject(self, **where: Any) -> Subject | HttpResponse:
        """The checklist with the clinic's terms, or what became of the clinic."""
        clinic_id: UUID = where["id"]
        checklist, clinic = checklist_of(DEFAULT), published(clinic_id)
        if clinic is None:
            return departed_page(self, clinic_id)
        return Subject(checklist, clinic, notes_of(checklist, clinic))


def _unknown(checklist: Checklist, wish: list[str], item: list[str]) -> list[ParameterError]:
    """What is wrong with the wishes of a form."""
    wrong = []
    if wish not in ([PREPARE], [AS_PDF], [CHANGE]):
        wrong.append(WISH)
    if len(item) > 1 or any(slug not in checklist.item for slug in item):
        wrong.append(ITEM)
    return [ParameterError(name, "unknown-value", f"{name} is none of ours.") for name in wrong]


def _asked(stop: dict[str, Any]) -> list[tuple[str, str]]:
    """What a stop searches for, as parameters of the search."""
    asked = {"category": stop["categories"], "service": stop["services"]}
    return [
        (name, ",".join(one["slug"] for one in concepts))
        for name, concepts in asked.items()
        if concepts
    ]
