"""Checklists out of their reviewed files: read, held against the definition, checked at every start."""
