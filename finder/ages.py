"""How old second-opinion terms are on the day they are read, which no stored document can say."""

from datetime import date

import orjson

from clinics.age import age_of

# As publication writes it; within a text its quotation marks would be escaped.
WITHOUT_TERMS = '"second_opinions":[]'


def ages_with_time(document: str) -> bool:
    """Whether a clinic's document holds terms, so that it is another one each day."""
    return WITHOUT_TERMS not in document


def with_ages(document: str, today: date) -> bytes:
    """The JSON of a clinic with ``age_months`` of each of its terms as of ``today``."""
    clinic = orjson.loads(document)
    for terms in clinic["second_opinions"]:
        age = age_of(terms["asserted_on"], today)
        terms["age_months"] = None if age is None else age.months
    return orjson.dumps(clinic)
