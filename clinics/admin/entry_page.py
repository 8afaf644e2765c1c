"""The clinic form as it is shown: every field with its faults and the register's word beside it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext_lazy

from clinics.admin.concept_choices import ACCESS_SCHEMES
from clinics.admin.entry_fields import LABELS
from clinics.admin.entry_forms import EntryForms, filled_forms
from clinics.admin.official_values import OfficialValue
from clinics.curation.checking import Fault
from clinics.models import Scheme

# The facts in the order in which a curator thinks of them.
FACT_SECTIONS = {
    "identity": ("name", "name_kana", "name_en", "short_name", "kind", "country"),
    "place": (
        "address",
        "prefecture_code",
        "municipality_code",
        "latitude",
        "longitude",
        "position_source",
    ),
    "contact": ("phone", "website", "accepts_new_patients"),
    "closing": ("closing_remarks",),
    "provenance": ("sources", "recorded_on", "note"),
}
SECTIONS = (
    ("identity", gettext_lazy("Identity")),
    ("place", gettext_lazy("Where it is")),
    ("contact", gettext_lazy("Contact")),
    ("hours", gettext_lazy("Departments and hours")),
    ("claims", gettext_lazy("What it offers")),
    ("access", gettext_lazy("Languages and access")),
    ("opinions", gettext_lazy("Second opinion")),
    ("provenance", gettext_lazy("Sources and notes")),
    ("verification", gettext_lazy("Verification")),
    ("finish", gettext_lazy("Hand in")),
)
WIDE = (
    "address",
    "statement",
    "note",
    "sources",
    "closing_remarks",
    "website",
    "concept",
    "target_conditions",
    "booking",
    "cancellation",
    "attendees",
    "exclusions",
    "modes",
    "days",
)


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field with what stands beside it."""

    field: BoundField
    faults: tuple[str, ...] = ()
    official: OfficialValue | None = None

    @property
    def name(self) -> str:
        """The name of the field."""
        return str(self.field.name)

    @property
    def wide(self) -> bool:
        """Whether it takes a whole line."""
        return self.name in WIDE

    @property
    def described_by(self) -> str:
        """The id of what is said below it."""
        return f"{self.field.auto_id}-said"


@dataclass(frozen=True, slots=True)
class RowPart:
    """One department, claim or set of terms: its form, its fields and what is wrong with it.

    ``faults`` belong to none of its fields.
    """

    form: Any
    fields: tuple[FieldRow, ...]
    faults: tuple[str, ...]
    is_blank: bool

    @property
    def is_faulty(self) -> bool:
        """Whether something is wrong with it."""
        nested = getattr(self.form, "hours", None)
        return bool(
            self.faults
            or any(row.faults for row in self.fields)
            or (self.form.is_bound and (self.form.errors or (nested and any(nested.errors))))
        )

    @property
    def summary(self) -> dict[str, Any]:
        """The values that tell it from others."""
        names = ("name", "statement", "status", "fee")
        return {name: self.form[name].value() or "" for name in names if name in self.form.fields}


@dataclass(frozen=True, slots=True)
class ClaimGroup:
    """The claims of one scheme."""

    scheme: str
    title: Any
    parts: tuple[RowPart, ...]


class EntryPage:
    """Everything that the template of the form shows of an entry's forms."""

    def __init__(
        self,
        forms: EntryForms,
        faults: Iterable[Fault] = (),
        official: Mapping[str, OfficialValue] | None = None,
    ) -> None:
        self.forms = forms
        self.faults = tuple(faults)
        self.official = official or {}
        self._said: dict[tuple[str, int | None, str], list[str]] = {}
        for fault in self.faults:
            self._said.setdefault((fault.part, fault.row, fault.field), []).append(fault.message)

    @property
    def facts(self) -> dict[str, tuple[FieldRow, ...]]:
        """The fields of the facts by their section."""
        form = self.forms.facts
        return {
            section: tuple(
                FieldRow(
                    form[name],
                    tuple(self._said.get(("facts", None, name), ())),
                    self.official.get(name),
                )
                for name in names
            )
            for section, names in FACT_SECTIONS.items()
        }

    @property
    def closures_official(self) -> OfficialValue | None:
        """The register's closing days."""
        return self.official.get("closures")

    @property
    def departments(self) -> list[RowPart]:
        """The curators' departments."""
        return list(self._parts("departments", self.forms.departments))

    @property
    def second_opinions(self) -> list[RowPart]:
        """The second-opinion terms."""
        return list(self._parts("second_opinions", self.forms.second_opinions))

    @property
    def claim_groups(self) -> list[ClaimGroup]:
        """The claims by scheme, those of languages and access left out."""
        return self._groups(access=False)

    @property
    def access_groups(self) -> list[ClaimGroup]:
        """The claims about languages and access."""
        return self._groups(access=True)

    @property
    def error_count(self) -> int:
        """How many fields hold something that cannot be kept."""
        return sum(1 for _field in self.refusals) + sum(
            len(form.non_field_errors()) for form in self._all_forms() if form.is_bound
        )

    @property
    def refusals(self) -> list[BoundField]:
        """The fields that hold something that cannot be kept."""
        if not self.forms.is_bound:
            return []
        return [
            form[name] for form in self._all_forms() for name in form.errors if name in form.fields
        ]

    @property
    def fault_lines(self) -> list[tuple[str, str]]:
        """Every fault with the address of its field on the page."""
        lines = []
        for fault in self.faults:
            label = str(LABELS.get(fault.field, fault.field))
            lines.append((self._anchor(fault), f"{label}: {fault.message}"))
        return lines

    def _anchor(self, fault: Fault) -> str:
        if fault.row is None:
            form: Any = self.forms.facts
        else:
            made = list(self._document_forms(fault.part))
            form = made[fault.row] if fault.row < len(made) else None
        if form is None or fault.field not in form.fields:
            return f"id_{form.prefix}" if form is not None else ""
        return str(form[fault.field].id_for_label)

    def _all_forms(self) -> Iterator[Any]:
        for part in self.forms.parts:
            for form in getattr(part, "forms", [part]):
                if getattr(form, "cleaned_data", {}).get("DELETE"):
                    continue
                yield form
                yield from getattr(getattr(form, "hours", None), "forms", ())

    def _document_forms(self, part: str) -> Iterator[Any]:
        """The forms of a part in the order of the document's rows."""
        formset = getattr(self.forms, part)
        if not self.forms.is_bound:
            yield from formset.initial_forms
        elif self.forms.is_valid():
            yield from filled_forms(formset)

    def _parts(self, part: str, formset: Any) -> Iterator[RowPart]:
        number_of = {id(form): number for number, form in enumerate(self._document_forms(part))}
        for form in formset.forms:
            number = number_of.get(id(form))
            said = {
                field: tuple(messages)
                for (of_part, row, field), messages in self._said.items()
                if number is not None and (of_part, row) == (part, number)
            }
            shown = [name for name in form.fields if name not in ("id", "origin", "DELETE")]
            yield RowPart(
                form,
                tuple(FieldRow(form[name], said.pop(name, ())) for name in shown),
                tuple(message for messages in said.values() for message in messages),
                is_blank=form.empty_permitted and not (form.is_bound and form.has_changed()),
            )

    def blank(self, part: str) -> RowPart:
        """The form of a row that is to be added, with ``__prefix__`` for its number."""
        form = getattr(self.forms, part).empty_form
        shown = [name for name in form.fields if name not in ("id", "origin", "DELETE")]
        return RowPart(form, tuple(FieldRow(form[name]) for name in shown), (), is_blank=True)

    @property
    def blanks(self) -> dict[str, RowPart]:
        """An empty row of every part, for those whose browser adds rows."""
        return {part: self.blank(part) for part in ("departments", "claims", "second_opinions")}

    def _groups(self, *, access: bool) -> list[ClaimGroup]:
        by_scheme: dict[str, list[RowPart]] = {}
        parts = list(self._parts("claims", self.forms.claims))
        blank_numbers = [number for number, part in enumerate(parts) if part.is_blank]
        for number, part in enumerate(parts):
            scheme = part.form.concept_key.partition(":")[0]
            if part.is_blank:
                scheme = Scheme.LANGUAGE if number == blank_numbers[-1] else ""
            elif scheme not in Scheme.values:
                scheme = ""
            by_scheme.setdefault(scheme, []).append(part)
        order = [*Scheme.values, ""]
        return [
            ClaimGroup(
                scheme, str(Scheme(scheme).label) if scheme else "", tuple(by_scheme[scheme])
            )
            for scheme in order
            if scheme in by_scheme and (scheme in ACCESS_SCHEMES) == access
        ]
