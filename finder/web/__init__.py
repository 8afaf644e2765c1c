"""The website people see: pages on the same search, the same checklist, the same figures."""
