"""Every kind of page of the website, and how it is come by: one table for all that look at pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.sync_api import Error, Page, Response

from finder.checklist.definition import Language

# A clinic of the starter catalogue of which much is known.
CLINIC = "252f34d6-89ff-5891-9f0e-7568796fcaf4"
# Before the path of a page in a language.
PREFIXES: Mapping[Language, str] = {"ja": "", "en": "/en"}
# Names with values, in their order, as in an address or a form.
Fields = tuple[tuple[str, str], ...]

# As a browser sends a form; the page's own form may hold more.
SUBMIT = """
fields => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = location.pathname;
  for (const [name, value] of fields) {
    const input = document.createElement("input");
    input.type = "hidden"; input.name = name; input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}
"""


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page as somebody comes to it.

    ``route`` is its path below that of the language, with ``{clinic}`` for an id; ``form`` is what
    is posted to it, if anything is; ``status`` is what it answers with.
    """

    name: str
    route: str = ""
    query: Fields = ()
    form: Fields | None = None
    status: int = 200

    def path(self, language: Language, clinic: str = CLINIC) -> str:
        """Its address on the server."""
        route = self.route.format(clinic=clinic)
        path = f"{PREFIXES[language]}/{route}" if route else PREFIXES[language] or "/"
        return f"{path}?{urlencode(self.query)}" if self.query else path

    def visit(self, page: Page, base: str, language: Language, clinic: str = CLINIC) -> Response:
        """Open it in a browser; ``base`` is the server's address without a slash at the end.

        Raises ``RuntimeError`` where the server does not answer, or with another status.
        """
        try:
            response = page.goto(base + self.path(language, clinic))
            if self.form is not None:
                with page.expect_navigation() as sent:
                    page.evaluate(SUBMIT, [list(field) for field in self.form])
                response = sent.value
        except Error as error:
            raise RuntimeError(f"{self.name}: {error.message}") from error
        if response is None or response.status != self.status:
            status = response and response.status
            raise RuntimeError(f"{self.name}: {page.url} answered {status}, not {self.status}")
        return response


NEAR_SHIBUYA = (("place", "渋谷駅"), ("category", "neurology"))
NEAR_TOKYO = (("lat", "35.6812"), ("lng", "139.7671"))

# What a runner tells of the first steps.
ANSWERS = (
    ("urgent-signs", "none"),
    ("early-review-signs", "none"),
    ("walking-unaffected", "yes"),
    ("same-pattern", "yes"),
    ("trigger-task", "easy-run"),
    ("trigger-task", "tempo"),
    ("symptom-types", "toe-curl"),
    ("severity", "8"),
)

SITE_PAGES: tuple[ShownPage, ...] = (
    ShownPage("landing"),
    ShownPage("results", query=NEAR_SHIBUYA),
    ShownPage("nothing-found", query=(("q", "存在しない医院の名前"),)),
    ShownPage("refused", query=(("place", "どこにもない地名"),), status=400),
    ShownPage("near-me", form=NEAR_TOKYO),
    ShownPage("clinic", "clinics/{clinic}"),
    ShownPage("report", "clinics/{clinic}/report"),
    ShownPage("report-refused", "clinics/{clinic}/report", form=(("subject", ""),), status=400),
    ShownPage("report-received", "clinics/{clinic}/report/received"),
    ShownPage("clinic-checklist", "clinics/{clinic}/checklist"),
    ShownPage("checklist", "checklist"),
    ShownPage("checklist-refused", "checklist", form=(("severity", "99"),), status=400),
    ShownPage("checklist-result", "checklist", form=ANSWERS),
    ShownPage("emergency", "checklist", form=(("urgent-signs", "cord-sign"),)),
    ShownPage("about", "about"),
    ShownPage("developers", "developers"),
    ShownPage("not-found", "nowhere", status=404),
)
