"""What was measured, beside its floor and its target: as tables to read and as JSON to keep."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

Verdict = Literal["pass", "miss", ""]
COLOURS = {"pass": "green", "miss": "bold red"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio or another number beside what it is to be; ``explanation`` holds its sides in words.

    ``at_most`` and ``at_least`` are the targets; without either it is there to be known. ``unit``
    is × for a ratio.
    """

    name: str
    value: float
    explanation: str
    at_most: float | None = None
    at_least: float | None = None
    unit: str = "×"

    @property
    def target(self) -> str:
        """The target in words."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else ""

    @property
    def measured(self) -> str:
        """The number with its unit."""
        return f"{self.value:,.2f} {self.unit}" if self.unit else f"{self.value:,.0f}"

    @property
    def verdict(self) -> Verdict:
        """Whether the target is met."""
        if self.at_most is not None:
            return "pass" if self.value <= self.at_most else "miss"
        if self.at_least is not None:
            return "pass" if self.value >= self.at_least else "miss"
        return ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Measurements as a table: a row for each name, a number for each column."""

    title: str
    first_column: str
    rows: Mapping[str, Mapping[str, float]]
    decimals: int = 2

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in the order of first mention."""
        return list(dict.fromkeys(column for row in self.rows.values() for column in row))


def cell(number: float | None, decimals: int) -> str:
    """A number of a table; a dash where there is none."""
    return "–" if number is None else f"{number:,.{decimals}f}"


@dataclass(slots=True)
class Part:
    """One part of the benchmark."""

    title: str
    grids: list[Grid] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def print(self, console: Console) -> None:
        """Show it."""
        console.rule(f"[bold]{self.title}")
        for grid in self.grids:
            console.print(_grid_table(grid))
        if self.figures:
            console.print(_figure_table(self.figures))
        for note in self.notes:
            console.print(f"· {note}", style="dim", highlight=False, markup=False)

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {
            "title": self.title,
            "measurements": {grid.title: grid.rows for grid in self.grids},
            "figures": [
                {**asdict(figure), "verdict": figure.verdict or None} for figure in self.figures
            ],
            "notes": self.notes,
        }


def _grid_table(grid: Grid) -> Table:
    columns = grid.columns
    table = Table(title=grid.title, title_justify="left")
    table.add_column(grid.first_column, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right")
    for name, row in grid.rows.items():
        numbers = [row.get(column) for column in columns]
        table.add_row(
            name,
            *(cell(number, grid.decimals) for number in numbers),
        )
    return table


def _figure_table(figures: Sequence[Figure]) -> Table:
    table = Table(title="Beside floor and target", title_justify="left")
    table.add_column("what")
    table.add_column("measured", justify="right")
    table.add_column("floor")
    table.add_column("target", justify="right")
    table.add_column("verdict")
    for figure in figures:
        verdict = figure.verdict
        style = COLOURS.get(verdict)
        table.add_row(
            figure.name,
            figure.measured,
            figure.explanation,
            figure.target,
            f"[{style}]{verdict}[/]" if style else verdict,
        )
    return table
