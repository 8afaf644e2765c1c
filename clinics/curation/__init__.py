"""The curators' work on the catalogue: from a draft to the public, and what keeps an entry true.

``entry_document`` is the whole of what curators say of a facility as one value, read from and
written to the catalogue's tables; ``checking`` says what is wrong with one, ``differences`` how two
differ. ``workflow`` takes an entry from draft to the public and back, ``history`` tells what became
of it and ``verifying`` records that somebody looked.
"""
