"""From a query string to a question: every parameter read, and what is wrong with each said.

Nothing is ignored and nothing guessed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from clinics.models import Scheme
from clinics.terms import (
    BODYWORK,
    CONFIRMED,
    DOCUMENTED,
    MUNICIPALITY,
    NEW_PATIENTS,
    SECOND_OPINION,
)
from finder.fields import DECIMAL, refusal
from finder.parameters import CONCEPT_PARAMETERS, Parameter, SearchParameters
from finder.problems import InvalidParameters, ParameterError, suggestion
from finder.query import AnyOf, Centre, SearchQuery, Sort

MOST_REPETITIONS = 20
LEAST_STRENGTHS = {"any": 0, "documented": DOCUMENTED, "confirmed": CONFIRMED}
CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


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
    errors += _combination_errors(values, set(parameters), {error.parameter for error in errors})
    if errors:
        raise InvalidParameters(_with_swap_hint(errors, parameters))
    return Asked(values, build_query(values))


def build_query(values: Mapping[str, Any]) -> SearchQuery:
    """The query that cleaned parameters make, first page."""
    required = _required(values)
    days = values.get("verified_within_days")
    centre = _centre(values)
    return SearchQuery(
        centre=centre,
        radius_km=values.get("radius_km"),
        box=values.get("bbox"),
        required=required,
        text=values.get("q"),
        open_at=values.get("open_at"),
        verified_since=None if days is None else timezone.localdate() - timedelta(days=days),
        sort=values.get("sort") or _usual_sort(values, centre),
        page_size=values.get("page_size", 20),
        count=values.get("count", "bounded"),
        bodywork=_names_bodywork(values, required),
    )


def _names_bodywork(values: Mapping[str, Any], required: tuple[AnyOf, ...]) -> bool:
    """Whether bodywork, which is no medical care, is asked for by name."""
    words = values["q"].words if "q" in values else ()
    return any(BODYWORK in named.terms for named in (*required, *words))


def least_strength(values: Mapping[str, Any]) -> int:
    """The least strength of evidence that is asked for."""
    return LEAST_STRENGTHS[values.get("evidence", "any")]


def _usual_sort(values: Mapping[str, Any], centre: Centre | None) -> Sort:
    if "q" in values:
        return "relevance"
    return "distance" if centre else "name"


def _centre(values: Mapping[str, Any]) -> Centre | None:
    if "place" in values:
        return Centre(values["place"].latitude, values["place"].longitude)
    return Centre(values["lat"], values["lng"]) if "lat" in values else None


def _required(values: Mapping[str, Any]) -> tuple[AnyOf, ...]:
    """Every filter that is a term."""
    strength = least_strength(values)
    required = [
        AnyOf(tuple(f"{name}:{slug}" for slug in slugs), strength)
        for name in CONCEPT_PARAMETERS
        for slugs in values.get(name, ())
    ]
    facts = {
        Scheme.KIND: values.get("kind"),
        Scheme.PREFECTURE: values.get("prefecture"),
        MUNICIPALITY: values.get("municipality"),
        SECOND_OPINION: values.get("second_opinion"),
        NEW_PATIENTS: {"true": "yes", "false": "no"}.get(values.get("accepts_new_patients", "")),
    }
    required += [AnyOf((f"{scheme}:{slug}",)) for scheme, slug in facts.items() if slug]
    return tuple(required)


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
            more = error.params or {}
            errors.append(
                ParameterError(
                    name[:64],
                    error.code or "",
                    str(error.message),
                    more.get("suggestion"),
                    more.get("candidates", ()),
                )
            )
    return values, errors


def _clean_texts(parameter: Parameter, texts: list[str]) -> Any:
    """The value of a parameter as it was given, once or several times."""
    if not parameter.repeatable and len(texts) > 1:
        raise refusal("repeated-parameter", f"Given {len(texts)} times; it is accepted once.")
    if len(texts) > MOST_REPETITIONS:
        raise refusal("too-many", f"Repeated {len(texts)} times; at most {MOST_REPETITIONS}.")
    if any(map(CONTROL_CHARACTER.search, texts)):
        raise refusal("control-character", "The value holds a control character; text has none.")
    if not all(texts):
        raise refusal("blank", "The value is empty; leave the parameter out or give a value.")
    cleaned = tuple(parameter.field.clean(text) for text in texts)
    return cleaned if parameter.repeatable else cleaned[0]


def _combination_errors(
    values: Mapping[str, Any], given: set[str], failed: set[str]
) -> list[ParameterError]:
    """What is wrong between parameters: what each lacks, whether or not the other was right."""
    found: list[ParameterError] = []
    for one, other in (("lat", "lng"), ("lng", "lat")):
        if one in given and other not in given:
            found.append(ParameterError(other, "required", f"A centre needs {other} beside {one}."))
    if "place" in given and {"lat", "lng"} & given:
        message = "Give the centre once: place, or lat and lng."
        found.append(ParameterError("place", "two-centres", message))
    # `any` asks for nothing, and a client may write it out because it is the default.
    if values.get("evidence", "any") != "any" and not given & set(CONCEPT_PARAMETERS):
        message = f"Evidence is that of a concept; give one of {', '.join(CONCEPT_PARAMETERS)}."
        found.append(ParameterError("evidence", "needs-concept", message))
    if not {"lat", "lng", "place"} & given:
        if "radius_km" in given:
            message = "A radius needs a centre: lat and lng, or place."
            found.append(ParameterError("radius_km", "needs-centre", message))
        if values.get("sort") == "distance":
            message = "Sorting by distance needs a centre; without one there is sort=name."
            found.append(ParameterError("sort", "needs-centre", message))
    return [error for error in found if error.parameter not in failed]


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
