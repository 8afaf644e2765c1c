"""What a browser without scripts would post of a page: the fields of its first form with an id."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.test import Client
from django.urls import reverse

from clinics.curation.entry_document import EntryDocument
from clinics.models import CuratedEntry

Fields = dict[str, list[str]]


class _Form(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.fields: Fields = {}
        self._inside = False
        self._templates = 0
        self._select: tuple[str, bool] | None = None
        self._textarea: str | None = None
        self._text = ""

    def add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "form":
            self._inside = has.get("id") == self.form_id
        if tag == "template":
            self._templates += 1
        if not self._inside or self._templates:
            return
        name = has.get("name") or ""
        if tag == "input" and name:
            ticked = has.get("type") not in ("checkbox", "radio") or "checked" in has
            if ticked:
                self.add(name, has.get("value") or ("on" if has.get("type") == "checkbox" else ""))
        elif tag == "select":
            self._select = (name, False)
        elif tag == "option" and self._select and "selected" in has:
            self.add(self._select[0], has.get("value") or "")
            self._select = (self._select[0], True)
        elif tag == "textarea":
            self._textarea, self._text = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "template":
            self._templates -= 1
        if tag == "select" and self._select:
            if not self._select[1]:
                self.add(self._select[0], "")
            self._select = None
        if tag == "textarea" and self._textarea:
            # The first newline belongs to the markup, and the others are sent as two characters.
            self.add(self._textarea, self._text.removeprefix("\n").replace("\n", "\r\n"))
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text += data


def posted(html: str, form_id: str = "entry") -> Fields:
    """The fields of a form by name, each with the values that are sent."""
    parser = _Form(form_id)
    parser.feed(html)
    return parser.fields


def form_url(facility_id: UUID) -> str:
    """The address of a clinic's form."""
    return reverse("admin:clinics_facility_change", args=[facility_id])


def opened(site: Client, facility_id: UUID) -> tuple[str, Fields]:
    """The page of a clinic's form, and what it would post."""
    response = site.get(form_url(facility_id))
    assert response.status_code == 200
    html = response.content.decode()
    return html, posted(html)


def press(site: Client, url: str, fields: Fields, button: str, **changed: str) -> Any:
    """Post a form by one of its buttons, with some fields changed (``facts__name="…"``)."""
    data = dict(fields) | {name.replace("__", "-"): [value] for name, value in changed.items()}
    return site.post(
        url,
        urlencode([(name, value) for name in data for value in data[name]] + [(button, "1")]),
        content_type="application/x-www-form-urlencoded",
    )


def saved(facility_id: UUID) -> EntryDocument:
    """The document of a clinic's entry."""
    return CuratedEntry.objects.get(facility=facility_id).document  # type: ignore[return-value]
