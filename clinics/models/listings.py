"""What a search reads: listings, and the postings that lead to them. Written by publication."""

from django.db import models

from clinics.models.facilities import Facility


class Term(models.Model):
    """Something that a posting can be filed under: a concept, ``every:clinic``, a municipality …

    ``slot`` is the bit of this term in the masks of listings and postings: 0 to 61 stand in
    ``mask_a``, 62 to 123 in ``mask_b``. The first terms to arrive get one; a term without is
    tested by looking up its posting. ``count`` is the number of published clinics that carry it.
    """

    key = models.CharField(max_length=96, unique=True, help_text="scheme:slug")
    slot = models.PositiveSmallIntegerField(null=True, unique=True)
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.key


class Listing(models.Model):
    """A published clinic as the public sees it: documents already rendered, ready to be joined.

    ``summary`` and ``detail`` are JSON texts. ``name_key`` is compared as bytes, so that both
    engines order names alike whatever their collation. ``digest`` tells unchanged documents and
    ``filing_digest`` unchanged postings, without comparing them. A withdrawn clinic keeps its row, so that its version goes
    on rising; its documents are empty and it has no postings. ``verify_by`` is the day on which
    the first part of the entry is due to be checked (:mod:`clinics.due`).
    """

    facility = models.OneToOneField(Facility, on_delete=models.CASCADE)
    version = models.PositiveIntegerField(default=1)
    published = models.BooleanField(default=True)
    updated_at = models.DateTimeField()
    verified_on = models.DateField(null=True)
    verify_by = models.DateField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    name_key = models.BinaryField()
    mask_a = models.BigIntegerField(default=0)
    mask_b = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=32)
    filing_digest = models.CharField(max_length=32)
    summary = models.TextField()
    detail = models.TextField()

    class Meta:
        indexes = [
            models.Index(
                fields=["published", "name_key", "facility", "mask_a", "mask_b"],
                name="listing_by_name",
            ),
            models.Index(fields=["published", "verify_by"], name="listing_by_verify_by"),
        ]

    def __str__(self) -> str:
        return str(self.facility_id)


class Posting(models.Model):
    """A clinic filed under one term, at its place on the earth.

    ``cell`` is the Morton code of the position (:mod:`clinics.position`), -1 for a clinic whose
    position is unknown. ``x``, ``y``, ``z`` are earth-centred metres. ``strength`` is how well the
    best claim documents the term (:data:`clinics.terms.CONFIRMED` and above: checked by the
    curators). The first index holds all that a search reads, so that a search is a walk along it.
    """

    term = models.ForeignKey(Term, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    cell = models.BigIntegerField()
    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, db_index=False, db_constraint=False
    )
    x = models.FloatField()
    y = models.FloatField()
    z = models.FloatField()
    mask_a = models.BigIntegerField()
    mask_b = models.BigIntegerField()
    strength = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "term"], name="posting_unique_term"),
        ]
        indexes = [
            models.Index(
                fields=["term", "cell", "listing", "x", "y", "z", "mask_a", "mask_b", "strength"],
                name="posting_walk",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term_id}@{self.cell}"


class ListingText(models.Model):
    """What a search for words reads of a listing: one narrow row, scanned.

    ``names`` are the folded forms of the clinic's names, one a line, each line with its end, and a
    line end before the first; ``address`` is folded alike (:mod:`clinics.text`). Position and masks
    are those of the listing's postings, so that the other filters are tests on the same row.
    ``bigrams_a`` and ``bigrams_b`` are the bits of the pairs of characters in names and address
    (:func:`clinics.text.bigram_bits`): a row without those of a word does not hold the word. With
    the listing's own ``name_key`` and ``facility_id`` matches are ordered without looking it up.
    """

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, primary_key=True)
    cell = models.BigIntegerField()
    x = models.FloatField()
    y = models.FloatField()
    z = models.FloatField()
    mask_a = models.BigIntegerField()
    mask_b = models.BigIntegerField()
    bigrams_a = models.BigIntegerField(default=0)
    bigrams_b = models.BigIntegerField(default=0)
    names = models.TextField()
    address = models.TextField()
    name_key = models.BinaryField()
    facility_id = models.UUIDField()

    def __str__(self) -> str:
        return self.names.strip()


class OpenSession(models.Model):
    """When a listed clinic is open, whatever the department (:mod:`clinics.timetable`).

    ``days`` has a bit for each kind of day: 0 to 6 an ordinary Monday to Sunday, 7 to 13 a public
    holiday on a Monday to Sunday. ``weeks`` has bits 0 to 4 for the first to fifth such weekday of
    a month. ``opens`` and ``closes`` are minutes from the midnight at which the day begins, local
    time; a closing time above 1,440 lies on the next day.
    """

    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, db_index=False, db_constraint=False
    )
    days = models.SmallIntegerField()
    weeks = models.SmallIntegerField()
    opens = models.SmallIntegerField()
    closes = models.SmallIntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["listing", "days", "weeks", "opens", "closes"], name="open_session_walk"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.days:014b} {self.opens}-{self.closes}"


class ClosedDate(models.Model):
    """A day of every year on which a listed clinic is closed, as month × 100 + day."""

    listing = models.ForeignKey(
        Listing, on_delete=models.CASCADE, db_index=False, db_constraint=False
    )
    month_day = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "month_day"], name="closed_date_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.month_day:04}"
