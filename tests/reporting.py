"""Reports from the public and curators who handle them, for tests of the queue."""

from uuid import UUID

from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.utils import timezone

from clinics.curation.reports import Statement, receive
from clinics.models import PublicReport
from tests.curating import person

LIST = "/admin/clinics/publicreport/"


def report(clinic_id: UUID, subject: str = "other", **said: str) -> PublicReport:
    """A report that waits."""
    said = {"statement": f"Statement {PublicReport.objects.count()}"} | said
    received = receive(clinic_id, Statement(subject, **said), timezone.localdate())
    assert received is not None
    return received


def page(one: PublicReport) -> str:
    return f"{LIST}{one.pk}/change/"


def text(response: HttpResponse) -> str:
    assert response.status_code == 200
    return response.content.decode()


def told(response: HttpResponse) -> str:
    """The messages above the page that a step leads to."""
    return " ".join(str(message) for message in response.context["messages"])


def in_group(name: str) -> User:
    """Somebody with the rights of a group, and its name in small letters."""
    somebody = person(name.lower())
    somebody.groups.add(Group.objects.get(name=name))
    return somebody
