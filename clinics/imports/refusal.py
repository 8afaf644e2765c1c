"""The errors of imports: each says whose fault it is and what would be accepted."""


class ImportRefused(Exception):
    """An import did not start or was taken back whole; the catalogue is as it was before."""
