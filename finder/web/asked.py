"""What a visitor of the search page asks: the parameters of the API, as a form sends them.

A form sends fields that were left blank, and a ticked box each by itself: blank fields say nothing,
and boxes of one name mean any of them, as commas do in the API. What somebody comes for
(:mod:`finder.web.needs`) stands for parameters; one that is given besides goes before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.http import QueryDict

from finder import cursors
from finder.parameters import CONCEPT_PARAMETERS, SearchParameters
from finder.problems import InvalidParameters, ParameterError, suggestion
from finder.query import SearchQuery
from finder.questions import Asked, read_query
from finder.web.form_body import Fields
from finder.web.needs import NEEDS, Need

# Where somebody is and which area they look at: never part of an address.
POSITIONS = ("lat", "lng", "bbox")
# The page chooses these itself.
NOT_OFFERED = frozenset({"format", "page_size", "count", "facets"})
OWN = ("need", "start")
NEED_PARAMETERS = frozenset(name for need in NEEDS.values() for name in need.filters)
OFFERED = (*(name for name in SearchParameters.base_filters if name not in NOT_OFFERED), *OWN)
LARGEST_START = 100_000


@dataclass(frozen=True, slots=True)
class Question:
    """A visitor's question.

    ``given`` are the parameters as they were given, without blanks, positions and where in the
    answer one is; ``asked`` is what the search takes, None where nothing is asked or something is
    wrong; ``query`` is the page of the answer that is wanted; ``start`` is the number of its first
    hit; ``errors`` say what is wrong.
    """

    given: Mapping[str, str]
    need: Need | None = None
    asked: Asked | None = None
    query: SearchQuery | None = None
    start: int = 1
    area: str = ""
    has_position: bool = False
    errors: tuple[ParameterError, ...] = field(default=())

    def value(self, name: str) -> str:
        """What is asked by a parameter, given or by the need; blank where nothing is."""
        if name in self.given:
            return self.given[name]
        return self.need.parameters.get(name, "") if self.need else ""

    @property
    def from_position(self) -> bool:
        """Whether it is asked from where somebody is, or of an area: what no address may tell."""
        return self.has_position or bool(self.area)

    def address(self, **changed: str) -> str:
        """The query string of the same question with some parameters changed."""
        return query_string(dict(self.given) | changed)

    def without(self, name: str, left: str = "") -> str:
        """The query string of the same question without a parameter, or with what is ``left`` of it.

        A need that stands for the parameter gives way to the others that it stands for, and what
        cannot be asked by itself any more goes too.
        """
        wanted = dict(self.given)
        if self.need and "need" in wanted and name in self.need.filters:
            del wanted["need"]
            wanted = {one: self.need.parameters[one] for one in self.need.filters} | wanted
        wanted[name] = left
        if not any(wanted.get(one) for one in CONCEPT_PARAMETERS):
            wanted.pop("evidence", None)
        return query_string(wanted)

    def shareable(self) -> dict[str, str]:
        """The parameters that can be asked by anybody: without a position, what needs one goes."""
        if not self.has_position:
            return dict(self.given)
        needs_centre = {"radius_km"} | ({"sort"} if self.given.get("sort") == "distance" else set())
        return {name: value for name, value in self.given.items() if name not in needs_centre}


def query_string(parameters: Mapping[str, str]) -> str:
    """Parameters as an address has them, a question mark first; blank ones are left out."""
    wanted = {name: value for name, value in parameters.items() if value}
    return f"?{urlencode(wanted, safe=',:')}" if wanted else ""


def read_question(sent: Fields, *, posted: bool) -> Question:
    """What a form asks; ``posted`` says that it came in a body, where a position may stand."""
    texts = {
        name: [text.strip() for text in values if text.strip()] for name, values in sent.items()
    }
    texts = {name: values for name, values in texts.items() if values}
    errors = list(_not_accepted(texts, posted=posted))
    need, start = _need(texts, errors), _start(texts, errors)
    parameters = QueryDict(mutable=True)
    for name, values in texts.items():
        if name in OFFERED and name not in OWN:
            parameters.setlist(name, [_any_of(values)] if name in CONCEPT_PARAMETERS else values)
    given = {
        name: values[0]
        for name, values in parameters.lists()
        if name not in POSITIONS and name != "cursor"
    }
    if need:
        given["need"] = need.slug
    question = Question(
        given=given,
        need=need or _need_of(given),
        start=start,
        area=parameters.get("bbox", ""),
        has_position="lat" in texts,
        errors=tuple(errors),
    )
    if errors or not (need or parameters):
        return question
    return _answered(question, parameters)


def _answered(question: Question, parameters: QueryDict) -> Question:
    """The question as the search takes it, or with what is wrong."""
    has_centre = "place" in parameters or "lat" in parameters
    for name, value in (question.need.parameters if question.need else {}).items():
        # Near somebody, the nearest first: nobody reads a list that begins far away.
        if name not in parameters and not (name == "sort" and has_centre):
            parameters[name] = value
    if not has_centre and "q" not in parameters and "sort" not in parameters:
        parameters["sort"] = "relevance"
    try:
        asked = read_query(parameters)
        query = asked.query
        if "cursor" in asked.values:
            query = cursors.decode(asked.values["cursor"], query)
    except InvalidParameters as error:
        return replace(question, errors=error.errors)
    if "prefecture" in question.given:
        # It may have been given by its code; the choices go by slug.
        given = dict(question.given) | {"prefecture": asked.values["prefecture"]}
        question = replace(question, given=given)
    return replace(question, asked=asked, query=query)


def _any_of(values: Iterable[str]) -> str:
    """The slugs of ticked boxes, and of those joined by commas already, as the API takes them."""
    return ",".join(slug.strip() for value in values for slug in value.split(","))


def _not_accepted(texts: Iterable[str], *, posted: bool) -> Iterable[ParameterError]:
    for name in texts:
        if name not in OFFERED:
            accepted = ", ".join(sorted(OFFERED))
            message = f"There is no parameter {name[:64]!r} here; accepted: {accepted}."
            yield ParameterError(name[:64], "unknown-parameter", message, suggestion(name, OFFERED))
        elif name in POSITIONS and not posted:
            message = "A position is taken from the body of a request alone, never from an address."
            yield ParameterError(name, "position-in-address", message)


def _need(texts: Mapping[str, list[str]], errors: list[ParameterError]) -> Need | None:
    if "need" not in texts:
        return None
    *others, slug = texts["need"]
    if others or slug not in NEEDS:
        message = f"{slug[:64]!r} is not one of: {', '.join(NEEDS)}."
        errors.append(ParameterError("need", "unknown-value", message, suggestion(slug, NEEDS)))
        return None
    return NEEDS[slug]


def _need_of(given: Mapping[str, str]) -> Need | None:
    """The need whose parameters are just those given, as the form of the filters sends them."""
    asked = {name: set(given[name].split(",")) for name in NEED_PARAMETERS if name in given}
    for need in NEEDS.values():
        if need.filters and asked == {
            name: set(need.parameters[name].split(",")) for name in need.filters
        }:
            return need
    return None


def _start(texts: Mapping[str, list[str]], errors: list[ParameterError]) -> int:
    if "start" not in texts:
        return 1
    if "cursor" not in texts:
        message = "Only a further page has a number to begin with; leave start out."
        errors.append(ParameterError("start", "needs-cursor", message))
    text = texts["start"][0]
    if len(texts["start"]) > 1 or not (text.isascii() and text.isdigit() and len(text) <= 6):
        number = 0
    else:
        number = int(text)
    if not 1 <= number <= LARGEST_START:
        message = f"{text[:20]!r} is not a whole number from 1 to {LARGEST_START}."
        errors.append(ParameterError("start", "not-a-number", message))
        return 1
    return number
