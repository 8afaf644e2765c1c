"""What people come for, in their words, and the search that it is.

Which door fits which need follows the routing of ``fixtures/checklists/second-opinion.json``, whose
rows cite their sources: a pattern of a task, without a diagnosis, goes to neurology, better to a
clinic for dystonia or movement disorders; a cause in brain or spine to neurosurgery; pain and injury
to sports orthopaedics.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

# Comes for nothing in particular; every search form has it chosen until something else is.
ANYTHING = "any"


@dataclass(frozen=True, slots=True)
class Need:
    """Something to look for; ``parameters`` are those of the search, as the API takes them."""

    slug: str
    label: Promise
    hint: Promise
    parameters: Mapping[str, str]

    @property
    def filters(self) -> tuple[str, ...]:
        """The parameters that keep clinics out: all but the order."""
        return tuple(name for name in self.parameters if name != "sort")


def _need(slug: str, label: Promise, hint: Promise, **parameters: str) -> Need:
    return Need(slug, label, hint, MappingProxyType(parameters))


NEEDS: Mapping[str, Need] = {
    need.slug: need
    for need in (
        _need(
            "fails-when-running",
            gettext_lazy("My leg fails only when I run; no diagnosis yet"),
            gettext_lazy("Neurology, and clinics for dystonia or movement disorders"),
            category="dystonia-clinic,movement-disorder-clinic,neurology",
            sort="relevance",
        ),
        _need(
            "dystonia",
            gettext_lazy("A clinic for dystonia or movement disorders"),
            gettext_lazy("Outpatient clinics that name them"),
            category="dystonia-clinic,movement-disorder-clinic",
        ),
        _need(
            "neurology",
            gettext_lazy("Neurology near me"),
            gettext_lazy("Nerves and muscles; a first examination"),
            category="neurology",
        ),
        _need(
            "second-opinion",
            gettext_lazy("A second opinion"),
            gettext_lazy("Places that state they give one, with their terms"),
            second_opinion="any",
        ),
        _need(
            "sports-orthopaedics",
            gettext_lazy("It hurts, or I was injured: sports orthopaedics"),
            gettext_lazy("Sports orthopaedics, running clinics, sports medicine centres"),
            category="sports-orthopaedics,running-injury-clinic,sports-medicine-centre",
        ),
        _need(
            "knows-runners",
            gettext_lazy("Doctors who know runners"),
            gettext_lazy("Experience with running athletes, as a source states it"),
            sport="distance-running,marathon,ekiden,sprint,middle-distance,race-walking,"
            "trail-ultra,track-and-field,all-sports",
        ),
        _need(
            "run-measured",
            gettext_lazy("Have my run watched and measured"),
            gettext_lazy("Motion analysis, gait laboratory, surface EMG"),
            service="running-motion-analysis,gait-lab-3d,surface-emg,motion-analysis,video-analysis",
        ),
        _need(
            "neurosurgery",
            gettext_lazy("A cause in brain or spine is suspected: neurosurgery"),
            gettext_lazy("Also where an operation was proposed"),
            category="neurosurgery,functional-neurosurgery-clinic",
        ),
        _need(
            "rehabilitation",
            gettext_lazy("Rehabilitation and the way back to running"),
            gettext_lazy("Rehabilitation medicine, sports medicine centres"),
            category="rehabilitation,sports-medicine-centre",
        ),
        _need(
            ANYTHING,
            gettext_lazy("Any clinic of this directory"),
            gettext_lazy("All that is listed, narrowed down by filters afterwards"),
        ),
    )
}
