"""A checklist and its answers as FHIR R4 (4.0.1) has them."""
