"""What is said of a clinic that is no longer published."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from rest_framework.request import Request

from finder.api.caching import REVALIDATE
from finder.api.problems import problem
from finder.search import departed


def gone(request: Request, clinic_id: UUID, address: str) -> HttpResponse:
    """Where a clinic went that is not published; ``address`` names the same of its successor.

    What was asked of the one is asked of the other.
    Raises ``Http404`` for a clinic that nobody ever saw.
    """
    found = departed(clinic_id)
    if found is None:
        raise Http404(f"There is no clinic {clinic_id}.")
    # It may come back, or turn out to be another: no cache is to answer for good.
    headers = {"Cache-Control": REVALIDATE}
    if found.successor is None:
        return problem(request, 410, f"Clinic {clinic_id} is no longer listed.", headers=headers)
    asked = f"?{request.GET.urlencode()}" if request.GET else ""
    headers["Location"] = reverse(address, args=[found.successor]) + asked
    detail = f"Clinic {clinic_id} was found to be clinic {found.successor}."
    return problem(request, 301, detail, headers=headers)
