"""Pages that take no parameters and are the same for everybody."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from finder.web.page import SitePage


class PlainPage(SitePage):
    """A page made of ``template`` and :meth:`content`; a browser that has it already is told so."""

    template: ClassVar[str]

    def content(self) -> Mapping[str, Any]:
        """What the template needs beside the frame."""
        raise NotImplementedError

    def get(self, request: HttpRequest, **where: object) -> HttpResponse:
        """The page with its entity tag, 304 without, or a refusal of parameters in words."""
        if request.GET:
            return self.refuse_parameters()
        return self.unless_current(self.render(self.template, self.content()))
