"""Texts made of texts."""

from collections.abc import Sequence

from finder.checklist.definition import Text


def joined(texts: Sequence[Text], between: Text) -> Text | None:
    """The texts one after another in each language; None where there are none."""
    if not texts:
        return None
    return Text(
        between.ja.join(text.ja for text in texts), between.en.join(text.en for text in texts)
    )
