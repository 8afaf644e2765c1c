"""The forms of an entry: filled from its document, and back to a document.

Nothing here touches a table. A row keeps what the form does not show of it.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinics.admin.closures_form import ClosuresForm
from clinics.admin.concept_choices import ConceptChoices
from clinics.admin.entry_fields import (
    DAY_LABELS,
    LABELS,
    LinesField,
    OpenChoiceField,
    SourcesField,
    as_document,
    field_of,
)
from clinics.curation.checking import MODES
from clinics.curation.entry_document import (
    CLAIM_FIELDS,
    FACT_FIELDS,
    HOURS_FIELDS,
    TERM_FIELDS,
    EntryDocument,
    Row,
)
from clinics.hours import DAYS
from clinics.models import (
    Claim,
    CuratedFacts,
    Department,
    OpeningHours,
    Scheme,
    SecondOpinion,
    Status,
)

SHOWN = (
    (Status.PUBLISHED, _("Shown")),
    (Status.DRAFT, _("Not yet")),
    (Status.WITHDRAWN, _("Withdrawn")),
)
MODE_LABELS = {"in-person": _("In person"), "online": _("Online"), "written": _("In writing")}


class EntryPartForm(forms.Form):
    """Fields of one part of a document, each by the name that it has there."""

    def document_values(self, before: Row) -> Row:
        """What was typed, as the document holds it."""
        names = [name for name in self.fields if name not in ("id", "DELETE")]
        return as_document({name: self.cleaned_data.get(name) for name in names}, before)


class FactsForm(EntryPartForm):
    """What the curators state of the place itself; closing days have a form of their own."""

    def __init__(self, *args: Any, concepts: ConceptChoices, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in FACT_FIELDS:
            if name not in ("closures", "sources", "prefecture_code"):
                self.fields[name] = field_of(CuratedFacts, name)
        self.fields["prefecture_code"] = OpenChoiceField(
            required=False, label=LABELS["prefecture_code"], choices=concepts.prefectures()
        )
        self.fields["sources"] = SourcesField(required=False, label=LABELS["sources"])
        for name in ("country", "municipality_code"):
            self.fields[name].widget.attrs["size"] = 6


class HoursForm(EntryPartForm):
    """One session of a department."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in HOURS_FIELDS:
            if name not in ("session", "days"):
                self.fields[name] = field_of(OpeningHours, name)
        self.fields["session"] = OpenChoiceField(
            required=False,
            label=LABELS["session"],
            choices=[(str(number), str(number)) for number in (1, 2, 3)],
            initial="1",
        )
        self.fields["days"] = forms.MultipleChoiceField(
            required=False,
            label=LABELS["days"],
            choices=[(day, DAY_LABELS[day]) for day in DAYS],
            widget=forms.CheckboxSelectMultiple,
        )

    def document_values(self, before: Row) -> Row:
        """With the number of the session as a number, where it is one."""
        values = super().document_values(before)
        session = values["session"]
        return values | {"session": int(session) if str(session).isdigit() else session}


HoursFormSet = forms.formset_factory(HoursForm, extra=2, can_delete=True)


class DepartmentForm(EntryPartForm):
    """A department of the curators with its sessions."""

    id = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("name", "name_en"):
            self.fields[name] = field_of(Department, name)
        self.hours = HoursFormSet(
            self.data if self.is_bound else None,
            prefix=f"{self.prefix}-hours",
            initial=(self.initial or {}).get("hours") if not self.is_bound else None,
        )

    def is_valid(self) -> bool:
        """Whether all that was typed can be kept, the sessions as well."""
        return bool(super().is_valid() and self.hours.is_valid())

    def has_changed(self) -> bool:
        """Whether anything was typed, in a session too."""
        return bool(super().has_changed() or self.hours.has_changed())

    def document_values(self, before: Row) -> Row:
        """With its sessions, in the order of the tables."""
        old = before.get("hours") or []
        rows = [
            form.document_values(old[number] if number < len(old) else {})
            for number, form in enumerate(self.hours.forms)
            if _is_filled(form)
        ]
        if _sorted_hours(rows) == _sorted_hours(old):
            rows = old
        return super().document_values(before) | {"hours": _sorted_hours(rows)}


class SourcedForm(EntryPartForm):
    """A statement with its source and its dates."""

    id = forms.CharField(required=False, widget=forms.HiddenInput)
    origin = forms.CharField(required=False, widget=forms.HiddenInput)

    def add_provenance(self, model: type[Claim] | type[SecondOpinion]) -> None:
        """The fields that every statement has."""
        self.fields["sources"] = SourcesField(required=False, label=LABELS["sources"])
        self.fields["asserted_on"] = field_of(
            model, "asserted_on", help_text=_("YYYY, YYYY-MM or YYYY-MM-DD. Empty: undated.")
        )
        self.fields["recorded_on"] = field_of(
            model, "recorded_on", help_text=_("Empty on a new one: today.")
        )
        for name in ("checked_on", "expires_on"):
            self.fields[name] = field_of(model, name)
        self.fields["status"] = OpenChoiceField(
            required=False, label=LABELS["status"], choices=SHOWN, initial=Status.PUBLISHED
        )

    def document_values(self, before: Row) -> Row:
        """With the dates that a new one has by itself: today, and its newest source's."""
        values = super().document_values(before)
        if not before:
            dates = [source["date"] for source in values["sources"] if source["date"]]
            values["recorded_on"] = values["recorded_on"] or timezone.localdate().isoformat()
            values["asserted_on"] = values["asserted_on"] or max(dates, default="")
        return values


class ClaimForm(SourcedForm):
    """A source says that the place offers something."""

    def __init__(self, *args: Any, concepts: ConceptChoices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.concepts = concepts
        self.fields["concept"] = forms.CharField(
            required=False,
            label=LABELS["concept"],
            help_text=_("Type a part of a name, or scheme:slug."),
            widget=forms.TextInput(
                attrs={"list": "concepts", "autocomplete": "off", "data-concept": ""}
            ),
        )
        self.fields["strength"] = OpenChoiceField(
            required=False, label=LABELS["strength"], choices=concepts.strengths()
        )
        self.fields["department"] = forms.CharField(
            required=False,
            label=LABELS["department"],
            widget=forms.TextInput(attrs={"list": "departments", "autocomplete": "off"}),
        )
        self.fields["statement"] = field_of(Claim, "statement")
        self.fields["note"] = field_of(Claim, "note", label=_("Limits of the source"))
        self.add_provenance(Claim)

    @property
    def concept_key(self) -> str:
        """The concept that is chosen, ``scheme:slug`` or whatever was typed."""
        return self.concepts.key_of(self["concept"].value() or "")

    @property
    def concept_label(self) -> str:
        """What the concept is called in both languages."""
        return self.concepts.labels.get(self.concept_key, "")

    @property
    def strength_label(self) -> str:
        """What the strength is called, or what stands there."""
        slug = self["strength"].value() or ""
        return self.concepts.labels.get(f"{Scheme.EVIDENCE}:{slug}", slug)

    def clean_concept(self) -> str:
        """A label becomes the key of the one concept that it names."""
        return self.concepts.key_of(self.cleaned_data["concept"])


class TermsForm(SourcedForm):
    """Second-opinion terms."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in TERM_FIELDS:
            if name in ("attendees", "exclusions"):
                self.fields[name] = LinesField(
                    required=False, label=LABELS[name], help_text=_("One a line.")
                )
            elif name == "modes":
                self.fields[name] = forms.MultipleChoiceField(
                    required=False,
                    label=LABELS[name],
                    choices=[(mode, MODE_LABELS[mode]) for mode in MODES],
                    widget=forms.CheckboxSelectMultiple,
                )
            elif name not in CLAIM_FIELDS:
                self.fields[name] = field_of(SecondOpinion, name)
        self.fields["note"] = field_of(SecondOpinion, "note")
        self.add_provenance(SecondOpinion)


DepartmentFormSet = forms.formset_factory(DepartmentForm, extra=1, can_delete=True)
# One empty claim stands with the claims, the other with languages and access.
ClaimFormSet = forms.formset_factory(ClaimForm, extra=2, can_delete=True)
TermsFormSet = forms.formset_factory(TermsForm, extra=0, can_delete=True)
BlankTermsFormSet = forms.formset_factory(TermsForm, extra=1, can_delete=True)


class EntryForms:
    """All forms of one entry. ``before`` is its document as it is stored."""

    def __init__(
        self, before: EntryDocument, concepts: ConceptChoices, data: Mapping[str, Any] | None = None
    ) -> None:
        self.before = before
        self.is_bound = data is not None
        facts = before["facts"]

        def rows(name: str) -> list[Row] | None:
            return cast("list[Row]", before[name]) if data is None else None  # type: ignore[literal-required]

        self.facts = FactsForm(data, prefix="facts", initial=facts, concepts=concepts)
        self.closures = ClosuresForm(data, prefix="closures", stored=facts["closures"])
        self.departments = DepartmentFormSet(
            data, prefix="departments", initial=rows("departments")
        )
        self.claims = ClaimFormSet(
            data, prefix="claims", initial=rows("claims"), form_kwargs={"concepts": concepts}
        )
        terms = TermsFormSet if before["second_opinions"] else BlankTermsFormSet
        self.second_opinions = terms(
            data, prefix="second_opinions", initial=rows("second_opinions")
        )

    @property
    def parts(self) -> tuple[Any, ...]:
        """Every form and set of forms."""
        return self.facts, self.closures, self.departments, self.claims, self.second_opinions

    def is_valid(self) -> bool:
        """Whether all that was typed can be kept."""
        # Every one is asked, so that all faults are shown at once.
        return list(map(_is_valid, self.parts)).count(False) == 0

    def document(self) -> EntryDocument:
        """The document that the forms say; call it when they are valid."""
        return {
            "facts": self._facts(),
            "departments": _rows(self.departments, self.before["departments"]),
            "claims": _rows(self.claims, self.before["claims"]),
            "second_opinions": _rows(self.second_opinions, self.before["second_opinions"]),
        }

    def _facts(self) -> Row:
        before = self.before["facts"]
        facts = before | self.facts.document_values(before)
        facts["closures"] = self.closures.closures()
        changed = {name for name in FACT_FIELDS if facts[name] != before[name]}
        if changed and not facts["recorded_on"]:
            facts["recorded_on"] = timezone.localdate().isoformat()
        return facts


def _is_valid(part: Any) -> bool:
    return bool(part.is_valid())


def filled_forms(formset: Any) -> Iterator[Any]:
    """The forms of a set that make rows of a document, in their order."""
    return (form for form in formset.forms if _is_filled(form))


def _rows(formset: Any, before: Sequence[Row]) -> list[Row]:
    stored = {str(row["id"]): row for row in before}
    rows = []
    for form in filled_forms(formset):
        # Taken out, so that an id that is sent twice makes a new row and not one row twice.
        old = stored.pop(form.cleaned_data["id"], {})
        rows.append(old | form.document_values(old) | {"id": _row_id(form, old)})
    return rows


def _row_id(form: Any, old: Row) -> Any:
    if old:
        return old["id"]
    return f"new-{secrets.token_hex(4)}"


def _is_filled(form: Any) -> bool:
    if form.cleaned_data.get("DELETE"):
        return False
    return bool(not form.empty_permitted or form.has_changed())


def _sorted_hours(rows: Sequence[Row]) -> list[Row]:
    return sorted(
        rows, key=lambda row: (str(row["session"]), row["opens"] or "", ",".join(row["days"]))
    )
