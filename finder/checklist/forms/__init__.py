"""The forms in which a checklist and the doctor's page are given out on paper."""
