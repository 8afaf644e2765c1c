"""Every search parameter, declared once: what it accepts, what it means, an example.

The filter set is the single declaration that validation, the OpenAPI document and any form read.
:func:`read_query` turns a query string into a :class:`~finder.query.SearchQuery`, or says of every
parameter what is wrong with it. Nothing is ignored and nothing guessed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from clinics.models import Kind, Scheme
from finder.problems import InvalidParameters, ParameterError, suggestion
from finder.query import LARGEST_RADIUS_KM, AnyOf, Centre, SearchQuery
from finder.slugs import KNOWN_SLUGS

DECIMAL = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,15})?")
WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
BODYWORK = f"{Scheme.CATEGORY}:non-medical-bodywork"
MOST_ALTERNATIVES = 20
MOST_REPETITIONS = 20
LARGEST_PAGE = 100


def refusal(code: str, message: str, suggested: str | None = None) -> ValidationError:
    """A field's error, with a suggestion where there is one."""
    return ValidationError(message, code=code, params={"suggestion": suggested})


class DecimalField(forms.Field):
    """A decimal number within bounds, in digits with a point: no exponent, no comma."""

    def __init__(self, *, least: float, most: float, above: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most, self.above = least, most, above

    @property
    def accepted(self) -> str:
        """What the field takes, in words."""
        lower = f"above {self.least:g}" if self.above else f"from {self.least:g}"
        return f"a decimal number {lower} to {self.most:g}"

    def clean(self, value: str) -> float:
        """The number; raises ``ValidationError`` naming the value and what is accepted."""
        if not DECIMAL.fullmatch(value):
            raise refusal("not-a-number", f"{value!r} is not {self.accepted}.")
        number = float(value)
        too_low = number <= self.least if self.above else number < self.least
        if too_low or number > self.most:
            raise refusal("out-of-range", f"{value} is out of range: {self.accepted}.")
        return number


class WholeNumberField(forms.Field):
    """A whole number within bounds."""

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most

    def clean(self, value: str) -> int:
        """The number; raises ``ValidationError`` naming the value and what is accepted."""
        accepted = f"a whole number from {self.least} to {self.most}"
        if not WHOLE_NUMBER.fullmatch(value):
            raise refusal("not-a-number", f"{value!r} is not {accepted}.")
        if not self.least <= int(value) <= self.most:
            raise refusal("out-of-range", f"{value} is out of range: {accepted}.")
        return int(value)


class WordField(forms.Field):
    """One word of a short list."""

    def __init__(self, *, words: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = words

    def clean(self, value: str) -> str:
        """The word; raises ``ValidationError`` naming the value and what is accepted."""
        if value not in self.words:
            accepted = ", ".join(self.words)
            raise refusal(
                "unknown-value",
                f"{value!r} is not one of: {accepted}.",
                suggestion(value, self.words),
            )
        return value


class TextField(forms.Field):
    """Text that something else understands."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def clean(self, value: str) -> str:
        """The text; raises ``ValidationError`` when it is too long."""
        if len(value) > self.longest:
            raise refusal("too-long", f"At most {self.longest} characters, not {len(value)}.")
        return value


class PrefectureField(forms.Field):
    """A prefecture by JIS code or slug."""

    def clean(self, value: str) -> str:
        """The slug; raises ``ValidationError`` naming the value and what is accepted."""
        slug = KNOWN_SLUGS.prefecture(value)
        if slug is None:
            raise refusal(
                "unknown-value",
                f"{value!r} is no prefecture: give a two-digit JIS code such as 13, or a slug "
                "such as tokyo.",
                suggestion(value, KNOWN_SLUGS.of(Scheme.PREFECTURE)),
            )
        return slug


class SlugsField(forms.Field):
    """Slugs of one scheme; a comma means any of them."""

    def __init__(self, *, scheme: Scheme, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scheme = scheme

    def clean(self, value: str) -> tuple[str, ...]:
        """The slugs; raises ``ValidationError`` naming the one that does not exist."""
        slugs = tuple(dict.fromkeys(slug.strip() for slug in value.split(",")))
        if len(slugs) > MOST_ALTERNATIVES:
            raise refusal(
                "too-many", f"At most {MOST_ALTERNATIVES} alternatives, not {len(slugs)}."
            )
        for slug in slugs:
            if not KNOWN_SLUGS.exists(self.scheme, slug):
                raise refusal(
                    "unknown-slug",
                    f"{slug!r} is no {self.scheme}; /api/v1/concepts?scheme={self.scheme} "
                    "lists them.",
                    suggestion(slug, KNOWN_SLUGS.of(self.scheme)),
                )
        return slugs


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
        schema={"type": "string"},
        repeatable=True,
    )


def _words(*words: str, description: str, default: str | None = None) -> Parameter:
    schema: dict[str, Any] = {"type": "string", "enum": list(words)}
    return Parameter(
        lambda: WordField(words=words),
        description=description,
        example=words[0],
        schema=schema | ({"default": default} if default else {}),
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
    category = _slugs(Scheme.CATEGORY, "dystonia-clinic,movement-disorder-clinic")
    service = _slugs(Scheme.SERVICE, "botulinum-injection")
    condition = _slugs(Scheme.CONDITION, "dystonia")
    sport = _slugs(Scheme.SPORT, "distance-running")
    level = _slugs(Scheme.LEVEL, "elite")
    credential = _slugs(Scheme.CREDENTIAL, "jspo-sports-doctor")
    language = _slugs(Scheme.LANGUAGE, "en")
    feature = _slugs(Scheme.FEATURE, "wheelchair-accessible")
    kind = _words(Kind.HOSPITAL, Kind.CLINIC, description="Kind of facility.")
    prefecture = Parameter(
        PrefectureField,
        description="Prefecture by JIS X 0401 code (`13`) or slug (`tokyo`).",
        example="tokyo",
        schema={"type": "string"},
    )
    sort = _words(
        "distance",
        "name",
        description="Order of the hits: `distance` with a centre, else `name`. Ties by id.",
    )
    page_size = Parameter(
        lambda: WholeNumberField(least=1, most=LARGEST_PAGE),
        description="Hits on a page.",
        example="20",
        schema={"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": 20},
    )
    cursor = Parameter(
        lambda: TextField(longest=2_000),
        description="Where to go on, from `next` of the page before; opaque.",
        example="",
        schema={"type": "string"},
    )
    count = _words(
        "bounded",
        "exact",
        "none",
        description=(
            "Number of matches: exact up to 1,000 and then 1,000 with `count_exact: false`; "
            "`exact` counts on; `none` leaves it out."
        ),
        default="bounded",
    )


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


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of one request, cleaned; a repeatable one is a tuple of values."""

    values: Mapping[str, Any]
    query: SearchQuery


def read_query(parameters: QueryDict) -> Asked:
    """What a query string asks for.

    Raises :class:`InvalidParameters` with an error for every parameter that is wrong. The cursor is
    left to the caller, who knows which query it continues.
    """
    values, errors = _clean(parameters)
    failed = {error.parameter for error in errors}
    errors += [error for error in _combination_errors(values) if error.parameter not in failed]
    if errors:
        raise InvalidParameters(_with_swap_hint(errors, parameters))
    centre = Centre(values["lat"], values["lng"]) if "lat" in values else None
    required = tuple(
        AnyOf(tuple(f"{name}:{slug}" for slug in slugs))
        for name in CONCEPT_PARAMETERS
        for slugs in values.get(name, ())
    ) + tuple(
        AnyOf((f"{name}:{values[name]}",)) for name in ("kind", "prefecture") if name in values
    )
    return Asked(
        values,
        SearchQuery(
            centre=centre,
            radius_km=values.get("radius_km"),
            required=required,
            sort=values.get("sort", "distance" if centre else "name"),
            page_size=values.get("page_size", 20),
            count=values.get("count", "bounded"),
            bodywork=any(BODYWORK in any_of.terms for any_of in required),
        ),
    )


def _clean(parameters: QueryDict) -> tuple[dict[str, Any], list[ParameterError]]:
    declared = SearchParameters.base_filters
    values: dict[str, Any] = {}
    errors: list[ParameterError] = []
    for name, texts in parameters.lists():
        parameter = declared.get(name)
        try:
            if parameter is None:
                known = ", ".join(sorted(declared))
                raise refusal(
                    "unknown-parameter",
                    f"There is no parameter {name[:64]!r}; there are {known}.",
                    suggestion(name, declared),
                )
            values[name] = _clean_texts(parameter, texts)
        except ValidationError as error:
            suggested = (error.params or {}).get("suggestion")
            errors.append(
                ParameterError(name[:64], error.code or "", str(error.message), suggested)
            )
    return values, errors


def _clean_texts(parameter: Parameter, texts: list[str]) -> Any:
    """The value of a parameter as it was given, once or several times."""
    if not parameter.repeatable and len(texts) > 1:
        raise refusal("repeated-parameter", f"Given {len(texts)} times; it is accepted once.")
    if len(texts) > MOST_REPETITIONS:
        raise refusal("too-many", f"Repeated {len(texts)} times; at most {MOST_REPETITIONS}.")
    if not all(texts):
        raise refusal("blank", "The value is empty; leave the parameter out or give a value.")
    cleaned = tuple(parameter.field.clean(text) for text in texts)
    return cleaned if parameter.repeatable else cleaned[0]


def _combination_errors(values: Mapping[str, Any]) -> list[ParameterError]:
    """What is wrong between parameters that are each right."""
    errors = []
    for given, missing in (("lat", "lng"), ("lng", "lat")):
        if given in values and missing not in values:
            errors.append(
                ParameterError(missing, "required", f"A centre needs {missing} beside {given}.")
            )
    if {"lat", "lng"} & values.keys():
        return errors
    if "radius_km" in values:
        errors.append(ParameterError("radius_km", "needs-centre", "A radius needs lat and lng."))
    if values.get("sort") == "distance":
        message = "Sorting by distance needs lat and lng; without them there is sort=name."
        errors.append(ParameterError("sort", "needs-centre", message))
    return errors


def _with_swap_hint(errors: list[ParameterError], parameters: QueryDict) -> list[ParameterError]:
    """Say so where the centre would be valid with latitude and longitude swapped."""
    lat, lng = parameters.get("lat", ""), parameters.get("lng", "")
    if not (DECIMAL.fullmatch(lat) and DECIMAL.fullmatch(lng)):
        return errors
    if not (90 < abs(float(lat)) <= 180 and abs(float(lng)) <= 90):
        return errors
    hint = (
        f"{lat} is no latitude, which lies from -90 to 90. With the two swapped it would be valid: "
        f"lat={lng}&lng={lat}."
    )
    return [
        ParameterError("lat", "swapped-coordinates", hint, f"lat={lng}&lng={lat}")
        if error.parameter == "lat"
        else error
        for error in errors
    ]
