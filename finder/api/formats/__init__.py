"""The forms of a search's answer: the same clinics in the same order in each."""
