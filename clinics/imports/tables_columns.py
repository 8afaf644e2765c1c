"""The columns of each kind of table: what each is and what it accepts."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import Resource
from import_export.widgets import Widget

from clinics.curation.entry_document import Row
from clinics.imports.tables_cells import (
    Amount,
    Choice,
    Day,
    Degrees,
    Exact,
    PartialDay,
    RowId,
    Sources,
    Text,
    Texts,
    Whole,
)
from clinics.models import (
    Kind,
    LetterRule,
    PositionSource,
    SecondOpinion,
    Status,
    YesNoUnknown,
)


class Column(Field):
    """One column. ``about`` says what it holds and accepts; ``to_read`` is never taken in."""

    def __init__(self, widget: Widget, about: str | Promise, *, to_read: bool = False) -> None:
        super().__init__(widget=widget, readonly=to_read)
        self.about = about


class TableResource(Resource):
    """Columns of one kind of table; an instance of it is a row as a dictionary by column."""

    @property
    def columns(self) -> Mapping[str, Column]:
        """The columns by name, in their order."""
        columns: Mapping[str, Column] = self.fields
        return columns

    def cells(self, row: Row) -> list[Any]:
        """A row as cells, in the order of the columns."""
        return [column.widget.render(row.get(name)) for name, column in self.columns.items()]


def _choice(choices: Any, about: str | Promise, blank: str = "unknown") -> Column:
    return Column(Choice(choices.values, blank), about)


def _sources() -> Column:
    return Column(
        Sources(),
        _(
            "Where it is said: addresses, each with its date in brackets if it is dated, with a "
            "semicolon and a space between them: https://example.org/a (2025-04); "
            "https://example.org/b. A published statement needs one."
        ),
    )


RECORDED_ON = _("The day it entered the catalogue, YYYY-MM-DD; empty in a new row: today.")
ASSERTED_ON = _("The date of the newest source: YYYY, YYYY-MM or YYYY-MM-DD; empty for undated.")
CHECKED_ON = _("The day a curator last compared it with its source, YYYY-MM-DD.")
EXPIRES_ON = _("The day after which it no longer holds, YYYY-MM-DD.")
STATUS = _(
    "published, draft or withdrawn; empty in a new row: published. "
    "Rows that are missing stay as they are: to take one away, say withdrawn."
)
FACILITY_ID = _("The clinic's id, as in the table of clinics.")
FACILITY_SOURCE = _("The register that knows the clinic, if there is no facility_id: mhlw-navii.")
FACILITY_OFFICIAL_ID = _("Its id in that register, leading zeros included.")
FACILITY_NAME = _("To read. Only where no id is given is the clinic looked for by this name.")


class ClinicResource(TableResource):
    """One row a facility: what the curators state, beside what its register says."""

    id = Column(Exact(), _("The clinic's id. Empty in a row for a new clinic."))
    source = Column(Exact(), _("The register that knows it: mhlw-navii, or curated."))
    official_id = Column(Exact(), _("Its id in that register, leading zeros included."))
    info_state = Column(
        Text(), _("To read: draft, in-review, published or withdrawn."), to_read=True
    )
    name = Column(Text(), _("The name the curators state; empty: the register's holds."))
    name_kana = Column(Text(), _("The reading of the name, in katakana."))
    name_en = Column(Text(), _("The English name."))
    short_name = Column(Text(), _("A short or common name."))
    kind = _choice(Kind, _("hospital, clinic, other or unknown."))
    country = Column(Exact(), _("Two capital letters (ISO 3166-1); empty: JP."))
    prefecture_code = Column(Exact(), _("Two digits from 01 to 47 (JIS X 0401)."))
    municipality_code = Column(Exact(), _("Five digits (JIS X 0402), such as 13101."))
    address = Column(Text(), _("The address in one line."))
    latitude = Column(Degrees(90), _("Decimal degrees (WGS84), such as 35.681236."))
    longitude = Column(Degrees(180), _("Decimal degrees (WGS84), such as 139.767125."))
    position_source = _choice(
        PositionSource, _("Where the position comes from: curated, geocoded, official or unknown.")
    )
    website = Column(Text(), _("An address that begins with https:// or http://."))
    phone = Column(Exact(), _("A telephone number."))
    accepts_new_patients = _choice(YesNoUnknown, _("yes, no or unknown."))
    closing_remarks = Column(Text(), _("Closing days in words."))
    sources = _sources()
    recorded_on = Column(Day(), RECORDED_ON)
    note = Column(Text(), _("A remark, shown with the clinic."))
    official_kind = Column(Exact(), _("To read: what the register says."), to_read=True)
    official_name = Column(Text(), _("To read: what the register says."), to_read=True)
    official_prefecture_code = Column(Exact(), _("To read: what the register says."), to_read=True)
    official_municipality_code = Column(
        Exact(), _("To read: what the register says."), to_read=True
    )
    official_address = Column(Text(), _("To read: what the register says."), to_read=True)
    official_latitude = Column(Degrees(90), _("To read: what the register says."), to_read=True)
    official_longitude = Column(Degrees(180), _("To read: what the register says."), to_read=True)
    official_website = Column(Text(), _("To read: what the register says."), to_read=True)
    official_phone = Column(Exact(), _("To read: what the register says."), to_read=True)
    info_verified_on = Column(Day(), _("To read: when somebody last verified it."), to_read=True)
    info_verify_by = Column(Day(), _("To read: when it is due to be verified."), to_read=True)


class ClaimResource(TableResource):
    """One row a claim: a source says that a facility carries a concept."""

    claim_id = Column(RowId(), _("The claim's id. Empty in a row for a new claim."))
    facility_id = Column(Exact(), FACILITY_ID)
    facility_source = Column(Exact(), FACILITY_SOURCE)
    facility_official_id = Column(Exact(), FACILITY_OFFICIAL_ID)
    facility_name = Column(Text(), FACILITY_NAME, to_read=True)
    department = Column(Text(), _("The name of one of the clinic's departments, or empty."))
    scheme = Column(Exact(), _("The vocabulary of the concept, such as category or sport."))
    concept = Column(Exact(), _("The slug of the concept, such as neurology or golf."))
    strength = Column(Exact(), _("How strong the evidence is: a slug of the scheme evidence."))
    statement = Column(Text(), _("What the source says, no more."))
    note = Column(Text(), _("The limits of it."))
    sources = _sources()
    asserted_on = Column(PartialDay(), ASSERTED_ON)
    recorded_on = Column(Day(), RECORDED_ON)
    checked_on = Column(Day(), CHECKED_ON)
    expires_on = Column(Day(), EXPIRES_ON)
    status = _choice(Status, STATUS, "published")


class SecondOpinionResource(TableResource):
    """One row the second-opinion terms of a facility."""

    second_opinion_id = Column(RowId(), _("The id of the terms. Empty in a row for new ones."))
    facility_id = Column(Exact(), FACILITY_ID)
    facility_source = Column(Exact(), FACILITY_SOURCE)
    facility_official_id = Column(Exact(), FACILITY_OFFICIAL_ID)
    facility_name = Column(Text(), FACILITY_NAME, to_read=True)
    offered = _choice(YesNoUnknown, _("Whether second opinions are given: yes, no or unknown."))
    fee = Column(Amount(), _("The fee in digits, such as 33000."))
    fee_currency = Column(Exact(), _("Three capital letters (ISO 4217); empty: JPY."))
    fee_tax = _choice(
        SecondOpinion.Tax, _("Whether the fee holds tax: included, excluded or unknown.")
    )
    minutes = Column(Whole(), _("The minutes that the fee is for."))
    extra_fee = Column(Amount(), _("The fee for more time."))
    extra_minutes = Column(Whole(), _("The minutes that the extra fee is for."))
    modes = Column(
        Texts(), _("Of in-person, online and written, with a semicolon and a space between.")
    )
    letter = _choice(LetterRule, _("A letter: required, recommended, not-required or unknown."))
    images = _choice(LetterRule, _("Images: required, recommended, not-required or unknown."))
    attendees = Column(Texts(), _("Who may come, with a semicolon and a space between."))
    exclusions = Column(Texts(), _("What is excluded, with a semicolon and a space between."))
    doctor_consent = _choice(
        SecondOpinion.Consent, _("The present doctor's consent: required, not-required or unknown.")
    )
    target_conditions = Column(Text(), _("The conditions it is for."))
    includes_neurology = _choice(YesNoUnknown, _("yes, no or unknown."))
    includes_orthopaedics = _choice(YesNoUnknown, _("yes, no or unknown."))
    booking = Column(Text(), _("How to book."))
    lead_time_days = Column(Whole(), _("The days it takes from asking to the appointment."))
    report_to_referrer = _choice(YesNoUnknown, _("yes, no or unknown."))
    cancellation = Column(Text(), _("What holds for cancelling."))
    note = Column(Text(), _("The limits of it."))
    sources = _sources()
    asserted_on = Column(PartialDay(), ASSERTED_ON)
    recorded_on = Column(Day(), RECORDED_ON)
    checked_on = Column(Day(), CHECKED_ON)
    expires_on = Column(Day(), EXPIRES_ON)
    status = _choice(Status, STATUS, "published")
