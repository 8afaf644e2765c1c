"""What curators say of a facility, whole, as one document: read from the tables, and written.

A document is JSON: dates are ISO 8601, times ``HH:MM``, amounts decimal texts, concepts
``scheme:slug``, and a text or list that is empty says that nothing is known. Departments are the
curators' own; a claim names its department, which may also be one of the register's. ``id`` is the
primary key of a row that is live, or a text for one that is not yet.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any, TypedDict, cast
from uuid import UUID, uuid4

from django.db import models

from clinics.models import (
    Claim,
    Concept,
    CuratedFacts,
    Department,
    Facility,
    Layer,
    OpeningHours,
    Scheme,
    SecondOpinion,
)

FACT_FIELDS = (
    "kind",
    "name",
    "name_kana",
    "name_en",
    "short_name",
    "country",
    "prefecture_code",
    "municipality_code",
    "address",
    "latitude",
    "longitude",
    "position_source",
    "website",
    "phone",
    "closures",
    "closing_remarks",
    "accepts_new_patients",
    "sources",
    "recorded_on",
    "note",
)
PROVENANCE_FIELDS = (
    "sources",
    "asserted_on",
    "recorded_on",
    "checked_on",
    "expires_on",
    "status",
    "origin",
)
CLAIM_FIELDS = ("statement", "note", *PROVENANCE_FIELDS)
TERM_FIELDS = (
    "offered",
    "fee",
    "fee_currency",
    "fee_tax",
    "minutes",
    "extra_fee",
    "extra_minutes",
    "modes",
    "letter",
    "images",
    "attendees",
    "exclusions",
    "doctor_consent",
    "target_conditions",
    "includes_neurology",
    "includes_orthopaedics",
    "booking",
    "lead_time_days",
    "report_to_referrer",
    "cancellation",
    "note",
    *PROVENANCE_FIELDS,
)
HOURS_FIELDS = ("session", "days", "opens", "closes", "reception_opens", "reception_closes")

Row = dict[str, Any]


class EntryDocument(TypedDict):
    """The curated layer of one facility."""

    facts: Row
    departments: list[Row]
    claims: list[Row]
    second_opinions: list[Row]


def empty() -> EntryDocument:
    """The document of a facility of which the curators say nothing."""
    facts = CuratedFacts()
    return {
        "facts": {name: _as_json(facts, name) for name in FACT_FIELDS},
        "departments": [],
        "claims": [],
        "second_opinions": [],
    }


def read_live(facility: Facility, using: str = "default") -> EntryDocument:
    """What is live of a facility, drafts of single claims included; five queries."""
    return read_live_of([facility.pk], using)[facility.pk]


def read_live_of(
    facility_ids: Collection[UUID], using: str = "default"
) -> dict[UUID, EntryDocument]:
    """What is live of each of these facilities; five queries for all of them."""
    documents = {facility_id: empty() for facility_id in facility_ids}
    chosen = {"facility__in": facility_ids}
    for facts in CuratedFacts.objects.using(using).filter(**chosen):
        documents[facts.facility_id]["facts"] = {
            name: _as_json(facts, name) for name in FACT_FIELDS
        }
    departments = Department.objects.using(using).filter(layer=Layer.CURATED, **chosen)
    for department in departments.order_by("pk").prefetch_related("hours"):
        documents[department.facility_id]["departments"].append(_department(department))
    claims = Claim.objects.using(using).filter(**chosen).order_by("pk")
    for claim in claims.select_related("concept", "strength", "department"):
        documents[claim.facility_id]["claims"].append(_claim(claim))
    for terms in SecondOpinion.objects.using(using).filter(**chosen).order_by("pk"):
        documents[terms.facility_id]["second_opinions"].append(
            {"id": terms.pk} | {name: _as_json(terms, name) for name in TERM_FIELDS}
        )
    return documents


def write_live(facility: Facility, document: EntryDocument, using: str = "default") -> None:
    """Make the tables say what ``document`` says: rows that are alike are left alone.

    Call it inside a transaction, with a document that :func:`clinics.curation.checking.check`
    finds nothing wrong with.
    """
    _write_facts(facility, document["facts"], using)
    names = _write_departments(facility, document["departments"], using)
    _write_claims(facility, document["claims"], names, using)
    _write_rows(
        SecondOpinion,
        facility,
        [(row, _values(SecondOpinion, TERM_FIELDS, row)) for row in document["second_opinions"]],
        using,
    )


def json_value(value: Any) -> Any:
    """A value of a column as it stands in a document."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, Decimal):
        return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
    return value


def model_value(field: "models.Field[Any, Any]", value: Any) -> Any:
    """A value of a document as its column takes it. Raises ``ValidationError``."""
    if value is None or value == "":
        return None if field.null else value or ""
    return field.to_python(value)


def _as_json(instance: models.Model, name: str) -> Any:
    return json_value(getattr(instance, name))


def _values(model: type[models.Model], fields: Iterable[str], row: Mapping[str, Any]) -> Row:
    return {
        name: model_value(cast("models.Field[Any, Any]", model._meta.get_field(name)), row[name])
        for name in fields
    }


def _department(row: Department) -> Row:
    hours = sorted(row.hours.all(), key=lambda item: (item.session, item.opens, item.days))
    return {
        "id": row.pk,
        "name": row.name,
        "name_en": row.name_en,
        "hours": [
            {name: _as_json(item, name) for name in HOURS_FIELDS} | {"days": item.days.split(",")}
            for item in hours
        ],
    }


def _claim(row: Claim) -> Row:
    return {
        "id": row.pk,
        "concept": f"{row.concept.scheme}:{row.concept.slug}",
        "strength": row.strength.slug,
        "department": row.department.name if row.department else "",
    } | {name: _as_json(row, name) for name in CLAIM_FIELDS}


def _write_facts(facility: Facility, facts: Row, using: str) -> None:
    values = _values(CuratedFacts, FACT_FIELDS, facts)
    stored = CuratedFacts.objects.using(using).filter(facility=facility)
    if facts == empty()["facts"]:
        stored.delete()
    else:
        CuratedFacts.objects.using(using).update_or_create(facility=facility, defaults=values)


def _write_departments(
    facility: Facility, rows: Sequence[Row], using: str
) -> dict[str, Department]:
    """Write the curators' departments; every department of the facility by its name."""
    departments = Department.objects.using(using)
    kept = [row["id"] for row in rows if isinstance(row["id"], int)]
    curated = departments.filter(facility=facility, layer=Layer.CURATED)
    curated.exclude(pk__in=kept).delete()
    stored = curated.in_bulk()
    _free_names(curated, stored, rows)
    names = {row.name: row for row in departments.filter(facility=facility, layer=Layer.OFFICIAL)}
    for row in rows:
        department = stored.get(row["id"]) or Department(facility=facility, layer=Layer.CURATED)
        department.name, department.name_en = row["name"], row["name_en"]
        department.save(using=using)
        names[department.name] = department
        _write_hours(department, row["hours"], using)
    return names


def _free_names(
    curated: "models.QuerySet[Department]", stored: Mapping[int, Department], rows: Sequence[Row]
) -> None:
    """Take the names away from departments that get others: two may have swapped theirs."""
    for row in rows:
        department = stored.get(row["id"])
        if department is not None and department.name != row["name"]:
            curated.filter(pk=department.pk).update(name=uuid4().hex)


def _write_hours(department: Department, hours: Sequence[Row], using: str) -> None:
    if _department(department)["hours"] == hours:
        return
    department.hours.using(using).all().delete()
    OpeningHours.objects.using(using).bulk_create(
        OpeningHours(
            department=department,
            **_values(OpeningHours, HOURS_FIELDS, row | {"days": ",".join(row["days"])}),
        )
        for row in hours
    )


def _write_claims(
    facility: Facility, rows: Sequence[Row], departments: Mapping[str, Department], using: str
) -> None:
    concepts = {
        f"{concept.scheme}:{concept.slug}": concept
        for concept in Concept.objects.using(using).only("scheme", "slug")
    }
    values = [
        (
            row,
            _values(Claim, CLAIM_FIELDS, row)
            | {
                "concept": concepts[row["concept"]],
                "strength": concepts[f"{Scheme.EVIDENCE}:{row['strength']}"],
                "department": departments[row["department"]] if row["department"] else None,
            },
        )
        for row in rows
    ]
    _write_rows(Claim, facility, values, using)


def _write_rows(
    model: type[models.Model], facility: Facility, rows: Sequence[tuple[Row, Row]], using: str
) -> None:
    """Write the rows of a facility, keeping the ids of those that stay."""
    manager = model._default_manager.using(using)
    stored = manager.filter(facility=facility).in_bulk()
    kept = {row["id"] for row, _ in rows}
    manager.filter(pk__in=[pk for pk in stored if pk not in kept]).delete()
    for row, values in rows:
        instance = stored.get(row["id"])
        if instance is None:
            manager.create(facility=facility, **values)
        elif any(getattr(instance, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(instance, name, value)
            instance.save(using=using)
