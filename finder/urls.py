"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from finder import health
from finder.api.checklists.clinic import ClinicChecklistView
from finder.api.checklists.definitions import ChecklistsView, ChecklistView
from finder.api.checklists.preparation import PrepareView
from finder.api.clinic_detail import ClinicDetail
from finder.api.clinic_search import ClinicSearch
from finder.api.concepts import Concepts
from finder.api.places import Places
from finder.api.quality import Quality
from finder.api.reports import Reports

urlpatterns = [
    path("api/v1/clinics", ClinicSearch.as_view(), name="clinic-search"),
    path("api/v1/clinics/<uuid:id>", ClinicDetail.as_view(), name="clinic-detail"),
    path("api/v1/clinics/<uuid:id>/reports", Reports.as_view(), name="clinic-reports"),
    path(
        "api/v1/clinics/<uuid:id>/checklist", ClinicChecklistView.as_view(), name="clinic-checklist"
    ),
    path("api/v1/checklists", ChecklistsView.as_view(), name="checklists"),
    path("api/v1/checklists/<slug:slug>", ChecklistView.as_view(), name="checklist"),
    path("api/v1/checklists/<slug:slug>/prepare", PrepareView.as_view(), name="checklist-prepare"),
    path("api/v1/concepts", Concepts.as_view(), name="concepts"),
    path("api/v1/places", Places.as_view(), name="places"),
    path("api/v1/quality", Quality.as_view(), name="quality"),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/language", set_language, name="set_language"),
    path("admin/", admin.site.urls),
    path("", include("finder.web.urls")),
]

handler400 = "finder.web.errors.bad_request"
handler404 = "finder.web.errors.not_found"
handler500 = "finder.web.errors.server_error"
