"""The desk of the duplicates: pairs that may be one place, side by side, merged or told apart."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Case, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clinics.admin.access import needs
from clinics.curation.duplicates import REASONS, mark_different, pair_of
from clinics.curation.merging import MergeRefused, merge
from clinics.curation.side_by_side import side_by_side
from clinics.models import Concept, DuplicatePair, Facility, Scheme, Status
from clinics.vocabulary import PREFECTURE_CODE_SYSTEM

LAYERS = ("officialfacts", "curatedfacts")
MERGE = "clinics.merge_facility"
DECIDE = "clinics.change_duplicatepair"


class ReasonFilter(admin.SimpleListFilter):
    """Pairs that were found for a reason."""

    title = gettext_lazy("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """What speaks for two places being one."""
        return [(slug, reason.label) for slug, reason in REASONS.items() if reason.points > 0]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Found in the text of the list, which both engines have."""
        if not self.value():
            return queryset
        text = Cast("reasons", TextField())
        found: QuerySet = queryset.alias(reasons_text=text)
        return found.filter(reasons_text__contains=f'"{self.value()}"')


class PrefectureFilter(admin.SimpleListFilter):
    """Pairs of which one side is said to stand in a prefecture."""

    title = gettext_lazy("prefecture")
    parameter_name = "prefecture"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The prefectures by their JIS codes."""
        return sorted(prefecture_labels().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """By either layer of either side."""
        if not self.value():
            return queryset
        chosen = Q()
        for side in ("first", "second"):
            for layer in LAYERS:
                chosen |= Q(**{f"{side}__{layer}__prefecture_code": self.value()})
        return queryset.filter(chosen)


def prefecture_labels() -> dict[str, str]:
    """The names of the prefectures in the reader's language by their JIS codes."""
    name = "label_ja" if (get_language() or "").startswith("ja") else "label_en"
    concepts = Concept.objects.filter(scheme=Scheme.PREFECTURE).values_list(name, "codes")
    return {
        code["code"]: label
        for label, codes in concepts
        for code in codes
        if code["system"] == PREFECTURE_CODE_SYSTEM
    }


@admin.register(DuplicatePair)
class DuplicatePairAdmin(admin.ModelAdmin):
    """Pairs are found by a command, and decided by people."""

    list_display = ("pair", "prefecture", "score", "why", "state", "decided_by")
    list_filter = ("state", ReasonFilter, PrefectureFilter)
    search_fields = tuple(
        f"{side}__{name}"
        for side in ("first", "second")
        for name in ("official_id", *(f"{layer}__name" for layer in LAYERS))
    )
    list_select_related = (
        "decided_by",
        *(f"{side}__{layer}" for side in ("first", "second") for layer in (*LAYERS, "entry")),
    )
    list_per_page = 50
    # What waits for a person comes first, the likeliest before the others.
    ordering = (
        Case(
            When(state=DuplicatePair.State.OPEN, then=Value(0)),
            default=Value(1),
            output_field=models.SmallIntegerField(),
        ),
        "-score",
        "pk",
    )
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one by hand; two clinics chosen by hand are compared."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was decided is kept."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """The page of two clinics chosen by hand, before Django's own pages."""
        checked = needs("clinics.view_duplicatepair")(self.compare_view)
        compare = path(
            "compare/", self.admin_site.admin_view(checked), name="clinics_duplicatepair_compare"
        )
        return [compare, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """The two sides of a pair, and what becomes of them."""
        pair = get_object_or_404(DuplicatePair, pk=object_id if object_id.isdigit() else None)
        if not self.has_view_permission(request, pair):
            raise PermissionDenied
        return self._decide(request, pair)

    def compare_view(self, request: HttpRequest) -> HttpResponse:
        """Two clinics that somebody chose: ``first`` and ``second``, whichever is which."""
        try:
            first, second = (UUID(request.GET.get(name, "")) for name in ("first", "second"))
        except ValueError:
            raise Http404(_("Two clinics are compared: first and second are their ids.")) from None
        if first == second:
            messages.error(request, _("These are the same clinic. Choose two different ones."))
            return redirect("admin:clinics_facility_changelist")
        if Facility.objects.filter(pk__in=[first, second]).count() < 2:
            raise Http404(_("There are no such clinics."))
        return self._decide(request, pair_of(first, second))

    def _decide(self, request: HttpRequest, pair: DuplicatePair) -> HttpResponse:
        why = request.POST.get("why", "").strip()
        if request.method == "POST":
            done = self._carry_out(request, pair, why)
            if done is not None:
                return done
        return self._page(request, pair, why)

    def _carry_out(
        self, request: HttpRequest, pair: DuplicatePair, why: str
    ) -> HttpResponse | None:
        """Do what a person decided; None where it was refused, which the page then tells."""
        deed = request.POST.get("deed", "")
        needed = {"merge": MERGE, "different": DECIDE}.get(deed)
        if needed is None or not request.user.has_perm(needed):
            raise PermissionDenied
        if not why:
            messages.error(request, _("Say why: whoever looks back needs the reason."))
            return None
        if deed == "different":
            return self._tell_apart(request, pair, why)
        return self._merge(request, pair, why)

    def _tell_apart(
        self, request: HttpRequest, pair: DuplicatePair, why: str
    ) -> HttpResponse | None:
        if pair.state == DuplicatePair.State.MERGED:
            messages.error(request, _("These two were merged already."))
            return None
        mark_different(pair, by=request.user)
        self.log_change(request, pair, why)
        messages.success(request, _("Kept as different places. They will not be offered again."))
        return self._to_the_list()

    def _merge(self, request: HttpRequest, pair: DuplicatePair, why: str) -> HttpResponse | None:
        sides = {str(pair.first_id): pair.first, str(pair.second_id): pair.second}
        survivor = sides.pop(request.POST.get("survivor", ""), None)
        if survivor is None:
            messages.error(request, _("Choose the clinic that stays."))
            return None
        (loser,) = sides.values()
        try:
            merge(loser, survivor, request.user, why)
        except MergeRefused as refused:
            messages.error(request, str(refused))
            return None
        if pair.pk is not None:
            self.log_change(request, pair, why)
        messages.success(request, _merged(loser, survivor))
        return self._to_the_list()

    def _to_the_list(self) -> HttpResponse:
        return redirect(f"{reverse('admin:clinics_duplicatepair_changelist')}?state__exact=open")

    def _page(self, request: HttpRequest, pair: DuplicatePair, why: str) -> HttpResponse:
        both = side_by_side(pair.first_id, pair.second_id)
        chosen = request.POST.get("survivor") or str(both.survivor)
        may_merge, may_decide = request.user.has_perm(MERGE), request.user.has_perm(DECIDE)
        context = {
            **self.admin_site.each_context(request),
            "title": _("One place or two?"),
            "opts": self.opts,
            "pair": pair,
            "reasons": _reason_labels(pair),
            "both": both,
            "survivor": chosen,
            "why": why,
            "said": self._said(pair),
            "obstacles": both.obstacles,
            "may_merge": may_merge and pair.state != DuplicatePair.State.MERGED,
            "may_decide": may_decide and pair.state == DuplicatePair.State.OPEN,
        }
        template = "admin/clinics/duplicatepair/compare.html"
        return TemplateResponse(request, template, context)

    def _said(self, pair: DuplicatePair) -> str:
        """The reason that a person gave for what became of a pair."""
        if pair.state == DuplicatePair.State.OPEN:
            return ""
        kind = ContentType.objects.get_for_model(DuplicatePair)
        entries = LogEntry.objects.filter(content_type=kind, object_id=str(pair.pk))
        last = entries.order_by("-action_time", "-pk").first()
        return last.get_change_message() if last else ""

    @admin.display(description=gettext_lazy("pair"))
    def pair(self, pair: DuplicatePair) -> str:
        """What the two are called."""
        return f"{pair.first} ⇄ {pair.second}"

    @admin.display(description=gettext_lazy("prefecture"))
    def prefecture(self, pair: Any) -> str:
        """Where the first is said to stand, else the second."""
        return str(pair.prefecture_label)

    @admin.display(description=gettext_lazy("why"))
    def why(self, pair: DuplicatePair) -> str:
        """The reasons in words."""
        return ", ".join(_reason_labels(pair))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list under its own name: nothing is changed in it."""
        title = {"title": _("Possible duplicates")}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list, with the names of the prefectures read once."""
        found = super().get_changelist_instance(request)
        labels = prefecture_labels()
        for pair in found.result_list:
            code = pair.first.stated("prefecture_code") or pair.second.stated("prefecture_code")
            pair.prefecture_label = labels.get(code, code)
        return found


def _merged(loser: Facility, survivor: Facility) -> str:
    """What was done; an address that was never public leads nowhere."""
    names = {"loser": loser, "survivor": survivor}
    if loser.status == Status.DRAFT:
        return _("%(loser)s, which was never published, is merged into %(survivor)s.") % names
    return _("%(loser)s is merged into %(survivor)s. Its address leads there from now on.") % names


def _reason_labels(pair: DuplicatePair) -> list[str]:
    return [str(REASONS[slug].label) for slug in pair.reasons if slug in REASONS]
