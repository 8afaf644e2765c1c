"""The few facilities, among all, that may be a place: found by each of its signs on its own.

Every statement reads narrow rows once, however many facilities there are; what is found is then
compared with care.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from uuid import UUID

from django.db import connections
from django.db.models import Q

from clinics.curation.likeness import MOST_OF_SHARED_WEBSITE
from clinics.curation.signs import Signs, host_of, is_own_name, phone_digits
from clinics.identity import CURATED
from clinics.models import Concept, CuratedFacts, Facility, OfficialFacts, Scheme, Term
from clinics.terms import split_mask
from clinics.text import GENERAL, bigram_bits
from clinics.vocabulary import PREFECTURE_CODE_SYSTEM

MOST_BY_NAME = 100
MOST_BY_PREFECTURE = 100
NEARBY_M = 200


class Narrowing:
    """The facilities worth comparing with a place, and how many have its website's host."""

    def __init__(self, signs: Signs, using: str) -> None:
        self.signs = signs
        self.using = using
        self.users_of_host: dict[str, int] = {}

    def facility_ids(self) -> set[UUID]:
        """The facilities that share a sign with the place; merged ones are not among them."""
        found = {
            *self._by_name(),
            *self._by_prefecture(),
            *self._nearby(),
            *self._by_website(),
            *self._by_phone(),
            *self._unlisted(),
        }
        merged = Facility.objects.using(self.using).filter(pk__in=found, merged_into__isnull=False)
        return found - set(merged.values_list("pk", flat=True))

    def _by_name(self) -> Iterator[UUID]:
        """Those one of whose names holds one of the place's, equal ones first."""
        for form in dict.fromkeys((*self.signs.names, *self.signs.words)):
            bits_a, bits_b = split_mask(bigram_bits(form))
            # A short name is one of the whole names, or it would be found everywhere.
            pattern = f"%{form}%" if is_own_name(form) else f"%\n{form}\n%"
            yield from self._read(
                "SELECT facility_id FROM clinics_listingtext WHERE (bigrams_a & %s) = %s "
                "AND (bigrams_b & %s) = %s AND names LIKE %s ORDER BY names LIKE %s DESC LIMIT %s",
                [bits_a, bits_a, bits_b, bits_b, pattern, f"%\n{form}\n%", MOST_BY_NAME],
            )

    def _by_prefecture(self) -> list[UUID]:
        """Those of the prefecture whose names have most in common with the place's."""
        key = self._prefecture_key()
        term = Term.objects.using(self.using).filter(key=key).first() if key else None
        if term is None:
            return []
        pairs = {
            first + second
            for form in self.signs.names
            for first, second in pairwise(GENERAL.sub(" ", form))
            if " " not in (first, second)
        }
        with connections[self.using].cursor() as cursor:
            cursor.execute(
                "SELECT t.facility_id, t.names FROM clinics_posting p JOIN clinics_listingtext t "
                "ON t.listing_id = p.listing_id WHERE p.term_id = %s",
                [term.pk],
            )
            counted = [
                (number, facility_id)
                for facility_id, names in cursor.fetchall()
                if (number := sum(pair in names for pair in pairs))
            ]
        counted.sort(key=lambda item: -item[0])
        return [_uuid(facility_id) for _, facility_id in counted[:MOST_BY_PREFECTURE]]

    def _prefecture_key(self) -> str:
        concepts = Concept.objects.using(self.using).filter(scheme=Scheme.PREFECTURE)
        for slug, codes in concepts.values_list("slug", "codes"):
            for code in codes:
                if (code["system"], code["code"]) == (
                    PREFECTURE_CODE_SYSTEM,
                    self.signs.prefecture_code,
                ):
                    return f"{Scheme.PREFECTURE}:{slug}"
        return ""

    def _nearby(self) -> Iterator[UUID]:
        """Those in a cube around the place."""
        if self.signs.point is None:
            return iter(())
        bounds = [
            bound for axis in self.signs.point for bound in (axis - NEARBY_M, axis + NEARBY_M)
        ]
        return self._read(
            "SELECT facility_id FROM clinics_listingtext WHERE x BETWEEN %s AND %s "
            "AND y BETWEEN %s AND %s AND z BETWEEN %s AND %s",
            bounds,
        )

    def _by_website(self) -> set[UUID]:
        """Those with a website on the same host, of which the users are counted."""
        host = self.signs.host
        if not host:
            return set()
        users: set[UUID] = set()
        for model in (OfficialFacts, CuratedFacts):
            rows = model._default_manager.using(self.using).filter(
                Q(website__contains=f"//{host}") | Q(website__contains=f"//www.{host}")
            )
            stated = rows.values_list("pk", "website")[: MOST_OF_SHARED_WEBSITE + 1]
            users |= {facility_id for facility_id, website in stated if host_of(website) == host}
        self.users_of_host[host] = len(users)
        return users if len(users) <= MOST_OF_SHARED_WEBSITE else set()

    def _by_phone(self) -> Iterator[UUID]:
        """Those with the same phone number, however its digits are set apart.

        Only curators state them: the register that is imported has none.
        """
        phone = self.signs.phone
        if phone:
            # The last four digits stand together however a number is written.
            rows = CuratedFacts.objects.using(self.using).filter(phone__contains=phone[-4:])
            for facility_id, number in rows.values_list("pk", "phone"):
                if phone_digits(number) == phone:
                    yield facility_id

    def _unlisted(self) -> Iterator[UUID]:
        """The curators' own that are not public, and of the prefecture those no longer public."""
        own = Facility.objects.using(self.using).filter(source=CURATED)
        yield from own.exclude(listing__published=True).values_list("pk", flat=True)
        # CROSS JOIN keeps SQLite from beginning with the register: few listings are withdrawn.
        yield from self._read(
            "SELECT l.facility_id FROM clinics_listing l CROSS JOIN clinics_officialfacts f "
            "WHERE l.published = %s AND f.facility_id = l.facility_id AND f.prefecture_code = %s",
            [False, self.signs.prefecture_code],
        )

    def _read(self, statement: str, values: Sequence[bool | int | float | str]) -> Iterator[UUID]:
        with connections[self.using].cursor() as cursor:
            cursor.execute(statement, values)
            rows = cursor.fetchall()
        return (_uuid(facility_id) for (facility_id,) in rows)


def _uuid(value: UUID | str) -> UUID:
    """An id as SQLite or PostgreSQL gives it."""
    return value if isinstance(value, UUID) else UUID(value)
