"""What the panel of verification needs, of nothing but the clinic."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.functional import Promise

from clinics.admin.verification import METHOD_BUTTONS, VerificationForm
from clinics.curation.field_labels import Wording
from clinics.curation.verifying import DuePart, due_parts
from clinics.models import Facility, Verification

register = template.Library()
SCOPE_LABELS: dict[str, str | Promise] = dict(Verification.Scope.choices)


@dataclass(frozen=True, slots=True)
class NamedPart:
    """A part that is due, with its name on the screen."""

    name: str
    part: DuePart


@register.simple_tag(takes_context=True)
def verification_form(context: Any) -> VerificationForm:
    """The form of the page, which may have faults, else a new one."""
    form = context.get("verification_form")
    return form if isinstance(form, VerificationForm) else VerificationForm()


@register.simple_tag
def verification_methods() -> Any:
    """Each way of checking, with the words of its button."""
    return METHOD_BUTTONS


@register.simple_tag
def parts_due(facility: Facility) -> list[NamedPart]:
    """What of a clinic is due, oldest first."""
    wording = Wording()
    return [
        NamedPart(
            wording.concept(part.concept) if part.concept else str(SCOPE_LABELS[part.scope]),
            part,
        )
        for part in due_parts(facility)
    ]
