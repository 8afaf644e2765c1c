"""`manage.py relabel_concept`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import Progress

from clinics.curation.relabelling import carriers, save_and_publish
from clinics.models import Concept
from clinics.publication import refresh_statistics


class Command(BaseCommand):
    """Give a concept other labels and publish it to every clinic that carries it."""

    help = (
        "Give a concept other labels, and publish every clinic that carries it, in one transaction: "
        "interrupted, the old labels stand everywhere."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare which concept, and its labels."""
        parser.add_argument("scheme", help="Such as sport.")
        parser.add_argument("slug", help="Such as golf.")
        parser.add_argument("--label-ja", help="The Japanese label; as it is by default.")
        parser.add_argument("--label-en", help="The English label; as it is by default.")
        parser.add_argument("--dry-run", action="store_true", help="Only say how many carry it.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Relabel, and say how many clinics were published."""
        concept = self._concept(options["scheme"], options["slug"])
        labels = {name: options[name] for name in ("label_ja", "label_en") if options[name]}
        if not labels:
            raise CommandError("Nothing to change: give --label-ja or --label-en.")
        total = carriers(concept)
        if options["dry_run"]:
            self.stdout.write(f"{concept} is carried by {total} clinics; nothing was changed.")
            return
        for name, label in labels.items():
            setattr(concept, name, label)
        with Progress(transient=True) as progress:
            task = progress.add_task("Publishing", total=total)
            count = save_and_publish(
                concept,
                why="relabel_concept",
                progress=lambda done: progress.update(task, completed=done),
            )
        refresh_statistics()
        self.stdout.write(f"{concept} was saved, and {count} clinics published anew.")

    def _concept(self, scheme: str, slug: str) -> Concept:
        try:
            return Concept.objects.get(scheme=scheme, slug=slug)
        except Concept.DoesNotExist:
            known = Concept.objects.filter(scheme=scheme).values_list("slug", flat=True)
            accepted = ", ".join(known) or ", ".join(
                sorted(set(Concept.objects.values_list("scheme", flat=True)))
            )
            raise CommandError(
                f"There is no concept {scheme}:{slug}; accepted: {accepted}."
            ) from None
