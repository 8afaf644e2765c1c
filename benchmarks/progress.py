"""Progress bars on the error stream, so that the report can be kept apart."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
)


class Bars:
    """Makes a bar for each step."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def counter(self, title: str, total: int | None) -> Callable[[int], None]:
        """A bar that is told how much is done."""
        task = self._progress.add_task(title, total=total)
        return lambda done: self._progress.update(task, completed=done)

    def steps(self, title: str, total: int) -> Callable[[], None]:
        """A bar that is told of each step."""
        task = self._progress.add_task(title, total=total)
        return lambda: self._progress.advance(task)

    def of_import(self, title: str, total: int) -> Callable[[str, int], None]:
        """A bar for each stage of an import, which tells chunks stored, then how many are published."""
        tasks: dict[str, TaskID] = {}

        def report(stage: str, number: int) -> None:
            if stage not in tasks:
                tasks[stage] = self._progress.add_task(f"{title}: {stage}", total=total)
            if stage == "published":
                self._progress.update(tasks[stage], completed=number)
            else:
                self._progress.advance(tasks[stage], number)

        return report


@contextmanager
def bars() -> Iterator[Bars]:
    """Show bars until the end of the block."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Bars(progress)
