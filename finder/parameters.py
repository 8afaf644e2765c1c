"""Every search parameter, declared once: what it accepts, what it means, an example.

The filter set is the single declaration that validation (:mod:`finder.questions`), the OpenAPI
document and any form read.
"""

from collections.abc import Callable, Mapping
from typing import Any

import django_filters
from django import forms

from clinics.models import Kind, Scheme
from finder.fields import (
    DECIMAL,
    INSTANT,
    MUNICIPALITY_CODE,
    BoxField,
    DecimalField,
    InstantField,
    MunicipalityField,
    PlaceField,
    PrefectureField,
    SearchTextField,
    SlugsField,
    TextField,
    WholeNumberField,
    WordField,
    WordsField,
)
from finder.query import LARGEST_RADIUS_KM

LARGEST_PAGE = 100
LONGEST_TEXT = 100
LONGEST_CURSOR = 2_000
MOST_DAYS = 36_500
CONCEPT_PARAMETERS = (
    "category",
    "service",
    "condition",
    "sport",
    "level",
    "credential",
    "language",
    "feature",
)
FACETS = (*CONCEPT_PARAMETERS, "kind", "prefecture")
_ONE_FACET = f"({'|'.join(FACETS)})"


class Parameter(django_filters.Filter):
    """A declared parameter: its field, its documentation, and whether it may be repeated."""

    def __init__(
        self,
        field: Callable[[], forms.Field],
        *,
        description: str,
        example: str,
        schema: Mapping[str, Any],
        repeatable: bool = False,
    ) -> None:
        super().__init__()
        self.description = description
        self.example = example
        self.schema = schema
        self.repeatable = repeatable
        self._field = field()

    @property
    def field(self) -> forms.Field:
        """The form field that reads a value."""
        return self._field


def _number(**bounds: Any) -> dict[str, Any]:
    return {"type": "number", "format": "double", **bounds}


def _slugs(scheme: Scheme, example: str) -> Parameter:
    return Parameter(
        lambda: SlugsField(scheme=scheme),
        description=(
            f"Slugs of the scheme `{scheme}` (see `/api/v1/concepts?scheme={scheme}`). "
            "A comma means any of; the parameter repeated means all of."
        ),
        example=example,
        schema=_text(),
        repeatable=True,
    )


def _text(**bounds: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, **bounds}


def _words(*words: str, description: str) -> Parameter:
    return Parameter(
        lambda: WordField(words=words),
        description=description,
        example=words[0],
        schema={"type": "string", "enum": list(words)},
    )


class SearchParameters(django_filters.FilterSet):
    """The parameters of `GET /api/v1/clinics`."""

    lat = Parameter(
        lambda: DecimalField(least=-90, most=90),
        description="Latitude of the centre, WGS84 decimal degrees; needs `lng`.",
        example="35.6586",
        schema=_number(minimum=-90, maximum=90),
    )
    lng = Parameter(
        lambda: DecimalField(least=-180, most=180),
        description="Longitude of the centre, WGS84 decimal degrees; needs `lat`.",
        example="139.7454",
        schema=_number(minimum=-180, maximum=180),
    )
    radius_km = Parameter(
        lambda: DecimalField(least=0, most=LARGEST_RADIUS_KM, above=True),
        description="Inclusive geodesic radius around the centre in kilometres; needs a centre.",
        example="20",
        schema=_number(minimum=0, exclusiveMinimum=True, maximum=LARGEST_RADIUS_KM),
    )
    place = Parameter(
        lambda: PlaceField(longest=LONGEST_TEXT),
        description=(
            "The centre by the name of a place, a station, a postcode or an address. A name that "
            "several places share is refused with the candidates. Not together with `lat`, `lng`."
        ),
        example="渋谷駅",
        schema=_text(maxLength=LONGEST_TEXT),
    )
    bbox = Parameter(
        BoxField,
        description=(
            "Only inside this rectangle, edges included: `west,south,east,north` in WGS84 decimal "
            "degrees. West greater than east crosses the antimeridian (RFC 7946 §5.2)."
        ),
        example="139.5,35.5,140,35.9",
        schema=_text(pattern=f"^{DECIMAL.pattern}(,{DECIMAL.pattern}){{3}}$"),
    )
    category = _slugs(Scheme.CATEGORY, "dystonia-clinic,movement-disorder-clinic")
    service = _slugs(Scheme.SERVICE, "botulinum-injection")
    condition = _slugs(Scheme.CONDITION, "dystonia")
    sport = _slugs(Scheme.SPORT, "distance-running")
    level = _slugs(Scheme.LEVEL, "elite")
    credential = _slugs(Scheme.CREDENTIAL, "jspo-sports-doctor")
    language = _slugs(Scheme.LANGUAGE, "en")
    feature = _slugs(Scheme.FEATURE, "wheelchair-accessible")
    evidence = _words(
        "any",
        "documented",
        "confirmed",
        description=(
            "Least strength of what says that a clinic carries the concepts asked for: "
            "`documented` by an official page, the register or a publication; `confirmed` by the "
            "curators besides. Needs a filter by concept. `any` unless given."
        ),
    )
    kind = _words(Kind.HOSPITAL, Kind.CLINIC, description="Kind of facility.")
    prefecture = Parameter(
        PrefectureField,
        description="Prefecture by JIS X 0401 code (`13`) or slug (`tokyo`).",
        example="tokyo",
        schema=_text(),
    )
    municipality = Parameter(
        MunicipalityField,
        description="Municipality by its five-digit JIS X 0402 code.",
        example="13113",
        schema=_text(pattern=f"^{MUNICIPALITY_CODE.pattern}$"),
    )
    second_opinion = _words(
        "any",
        "in-person",
        "online",
        "written",
        description="Offers second opinions, in this way.",
    )
    accepts_new_patients = _words(
        "true",
        "false",
        description="States that it accepts new patients, or that it does not.",
    )
    open_at = Parameter(
        InstantField,
        description=(
            "Open at this instant: ISO 8601 with an offset, or `now`. Of the whole place but its "
            "emergency department, Japanese public holidays and reception hours considered. "
            "A clinic whose hours nobody states matches nothing, and is not called closed."
        ),
        example="2026-11-24T10:00:00+09:00",
        schema=_text(pattern=f"^(now|{INSTANT.pattern})$"),
    )
    verified_within_days = Parameter(
        lambda: WholeNumberField(least=1, most=MOST_DAYS),
        description="Verified by the curators within so many days.",
        example="365",
        schema={"type": "integer", "minimum": 1, "maximum": MOST_DAYS},
    )
    q = Parameter(
        lambda: SearchTextField(longest=LONGEST_TEXT),
        description=(
            "Words that all occur in the name (kanji, kana, Latin), the address or the labels and "
            "synonyms of the concepts carried. Width, kana and old forms of kanji do not matter."
        ),
        example="順天堂 神経内科",
        schema=_text(maxLength=LONGEST_TEXT),
    )
    sort = _words(
        "distance",
        "relevance",
        "name",
        "-verified_on",
        description=(
            "Order of the hits: by `distance` with a centre, by `relevance` in a search for words, "
            "else by `name`, unless another is asked for. Ties by id."
        ),
    )
    page_size = Parameter(
        lambda: WholeNumberField(least=1, most=LARGEST_PAGE),
        description="Hits on a page; 20 unless given.",
        example="20",
        schema={"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE},
    )
    cursor = Parameter(
        lambda: TextField(longest=LONGEST_CURSOR),
        description="Where to go on, from `next` of the page before; opaque.",
        example="",
        schema=_text(maxLength=LONGEST_CURSOR),
    )
    count = _words(
        "bounded",
        "exact",
        "none",
        description=(
            "Number of matches: exact up to 1,000 and then 1,000 with `count_exact: false`; "
            "`exact` counts on; `none` leaves it out. `bounded` unless given."
        ),
    )
    facets = Parameter(
        lambda: WordsField(words=FACETS),
        description=(
            "Schemes of which the concepts are counted among the matches, each under the other "
            f"filters; separated by commas: {', '.join(FACETS)}."
        ),
        example="category,sport",
        schema=_text(pattern=f"^{_ONE_FACET}(,{_ONE_FACET})*$"),
    )
    format = _words(
        "json",
        "geojson",
        "csv",
        description=(
            "Form of the answer; goes before the Accept header. `csv` is the whole result set."
        ),
    )
