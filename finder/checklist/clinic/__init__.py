"""A clinic's own terms at the items of a checklist."""
