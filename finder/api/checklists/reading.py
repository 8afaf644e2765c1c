"""What the views of checklists share: which checklist, which form and which language."""

from collections.abc import Iterable, Mapping

from django.http import Http404, HttpRequest
from rest_framework.request import Request

from finder.api.negotiation import choose_format
from finder.api.reading import ReadView, refuse_parameters
from finder.checklist.definition import LANGUAGES, Checklist, Language
from finder.checklist.files.loading import checklists
from finder.problems import InvalidParameters, ParameterError, suggestion

JSON = "application/json"
FHIR = "application/fhir+json"
MARKDOWN = "text/markdown"
HTML = "text/html"
PDF = "application/pdf"
# The forms a language is chosen for; the others hold both.
IN_ONE_LANGUAGE = (MARKDOWN, HTML)
WITH_CHARSET = (FHIR, MARKDOWN, HTML)
DEFAULT = "second-opinion"


class InForms(ReadView):
    """A view whose answers come in several forms."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Every answer depends on what form was asked for, refusals of it too."""
        return super().default_response_headers | {"Vary": "Accept"}


def checklist_of(slug: str) -> Checklist:
    """A checklist by its slug. Raises ``Http404`` with what there is."""
    found = checklists().get(slug)
    if found is None:
        raise Http404(f"There is no checklist {slug!r}; there is: {', '.join(checklists())}.")
    return found


def read_media_type(
    request: Request, forms: Mapping[str, str], others: tuple[str, ...] = ()
) -> str:
    """The media type of an answer, by ``format`` or Accept; ``others`` are further parameters.

    Raises :class:`InvalidParameters` for what the address does not have, ``NotAcceptable`` where
    Accept takes none of ``forms``.
    """
    refuse_parameters(request, ("format", *others))
    word = request.GET.get("format")
    _one_of("format", word, forms)
    return choose_format(word, request, forms)


def read_form(
    request: Request, forms: Mapping[str, str], others: tuple[str, ...] = ()
) -> tuple[str, Language]:
    """The media type and language of an answer; raises as :func:`read_media_type` does."""
    media_type = read_media_type(request, forms, ("lang", *others))
    language = request.GET.get("lang")
    _one_of("lang", language, LANGUAGES)
    if language and media_type not in IN_ONE_LANGUAGE:
        message = (
            f"{media_type} holds both languages; leave lang out, or ask for format=md or html."
        )
        raise InvalidParameters([ParameterError("lang", "without-effect", message)])
    return media_type, "en" if language == "en" else "ja"


def content_type(media_type: str) -> str:
    """A media type with its character encoding, where it has one to tell."""
    return f"{media_type}; charset=utf-8" if media_type in WITH_CHARSET else media_type


def read_clinic_checklist(request: HttpRequest | Request) -> Checklist:
    """The checklist that ``checklist`` names. Raises :class:`InvalidParameters`."""
    slug = request.GET.get("checklist", DEFAULT)
    _one_of("checklist", slug, checklists())
    return checklists()[slug]


def _one_of(name: str, value: str | None, accepted: Iterable[str]) -> None:
    words = [*accepted]
    if value is None or value in words:
        return
    message = f"{value[:64]!r} is not one of: {', '.join(words)}."
    raise InvalidParameters(
        [ParameterError(name, "unknown-value", message, suggestion(value, words))]
    )
