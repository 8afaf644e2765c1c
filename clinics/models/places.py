"""The gazetteer: what a searcher may call a place, and where it is. Written by imports alone."""

from django.db import models
from django.db.models import Q


class PlaceKind(models.TextChoices):
    """What a name names. A city is a populated place of GeoNames, whatever its rank in law."""

    PREFECTURE = "prefecture", "Prefecture"
    MUNICIPALITY = "municipality", "Municipality"
    TOWN = "town", "Town"
    POSTCODE = "postcode", "Postcode"
    STATION = "station", "Station"
    CITY = "city", "City"


class Place(models.Model):
    """A place as one source knows it, at one point of the earth (WGS84, decimal degrees).

    ``name`` is as written, a station's without 駅. ``prefecture_code`` (JIS X 0401) and
    ``municipality_code`` (JIS X 0402, five digits) are blank where no source says them.
    ``weight`` orders places of one kind: the population of cities and municipalities, the number
    of lines of stations; 0 is unknown. ``detail`` tells places of one name apart.
    """

    source = models.CharField(max_length=32)
    source_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=PlaceKind.choices)
    name = models.CharField(max_length=120)
    name_kana = models.CharField(max_length=120, blank=True, default="")
    name_en = models.CharField(max_length=120, blank=True, default="", help_text="Latin letters.")
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2.")
    prefecture_code = models.CharField(max_length=2, blank=True, default="")
    municipality_code = models.CharField(max_length=5, blank=True, default="")
    municipality = models.CharField(max_length=120, blank=True, default="")
    latitude = models.FloatField()
    longitude = models.FloatField()
    weight = models.PositiveIntegerField(default=0)
    detail = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="place_unique_source_id"),
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="place_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class PlaceName(models.Model):
    """A spelling under which a place is found, folded by :mod:`clinics.place_names`.

    ``key`` is UTF-8 and compared as bytes, so that both engines keep what begins alike together,
    whatever their collation. ``tier`` is 0 for prefectures, municipalities, stations and cities, of
    which there are thousands, and 1 for towns and postcodes, of which there are hundreds of
    thousands: what is being typed is looked for in each along the index, and not among all.

    The names of a place go with it: whoever deletes places in bulk deletes their names too, since
    no constraint does.
    """

    tier = models.PositiveSmallIntegerField()
    key = models.BinaryField()
    place = models.ForeignKey(
        Place, on_delete=models.CASCADE, related_name="names", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tier", "key", "place"], name="place_name_by_key"),
        ]

    def __str__(self) -> str:
        return bytes(self.key).decode()


class PlaceSource(models.Model):
    """A source that is loaded: which edition, how much of it, and whom to credit.

    ``digest`` tells an unchanged source without comparing its places. What a curator imported is
    ``imported``: a new version of the project does not put its own choice in its place.
    """

    name = models.CharField(max_length=32, unique=True, help_text="The source of its places.")
    edition = models.CharField(max_length=120, blank=True, default="")
    place_count = models.PositiveIntegerField(default=0)
    credit = models.CharField(max_length=400)
    licence = models.CharField(max_length=120)
    url = models.URLField(blank=True, default="")
    digest = models.CharField(max_length=64)
    imported = models.BooleanField(default=False)
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} {self.edition}".strip()
