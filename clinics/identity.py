"""Public ids that are the same on every installation."""

import uuid

NAVII = "mhlw-navii"
CURATED = "curated"
# Begins the line of a note that says how the facility was found in its register.
REGISTER_MATCH = "公式名簿との対応："

# Version 5 of RFC 9562, in a namespace of this project's own.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:clinic-finder:facility")


def facility_uuid(source: str, official_id: str) -> uuid.UUID:
    """The public id of the facility that ``source`` knows as ``official_id``."""
    return uuid.uuid5(NAMESPACE, f"{source}/{official_id}")
