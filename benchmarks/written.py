"""The report as a file to read: Markdown, with the chart beside it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.chart import Line, draw
from benchmarks.report import Figure, Grid, Part, cell
from benchmarks.searching import Measured
from benchmarks.shapes import CHARTED

VERDICTS = {"pass": "met", "miss": "**missed**", "": ""}


def write_report(
    path: Path, facts: Mapping[str, str], parts: Sequence[Part], sizes: Sequence[Measured]
) -> None:
    """Write the report to ``path``, and the chart to the same name with ``.svg``."""
    lines = [*_head(facts, parts)]
    if len(sizes) > 1:
        chart = path.with_suffix(".svg")
        chart.write_text(_chart(sizes), encoding="utf-8")
        lines += [f"![Median latency against the number of facilities]({chart.name})", ""]
    for part in parts:
        lines += _part(part)
    path.write_text("\n".join(lines), encoding="utf-8")


def _head(facts: Mapping[str, str], parts: Sequence[Part]) -> Iterator[str]:
    figures = [figure for part in parts for figure in part.figures if figure.verdict]
    missed = sum(figure.verdict == "miss" for figure in figures)
    yield "# Benchmark report"
    yield ""
    yield (
        "Written by `python -m benchmarks`; [README.md](README.md) says what is measured and why. "
        "Ratios carry over to other machines, milliseconds do not."
    )
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield from (f"| {name} | {fact} |" for name, fact in facts.items())
    yield f"| targets | {len(figures) - missed} met, {missed} missed |"
    yield ""


def _part(part: Part) -> Iterator[str]:
    yield f"## {part.title}"
    yield ""
    for grid in part.grids:
        yield from _grid(grid)
    if part.figures:
        yield "Beside floor and target:"
        yield ""
        yield "| what | measured | beside | target | |"
        yield "|---|--:|---|--:|---|"
        yield from map(_figure, part.figures)
        yield ""
    yield from (f"- {note}" for note in part.notes)
    if part.notes:
        yield ""


def _grid(grid: Grid) -> Iterator[str]:
    columns = grid.columns
    yield f"{grid.title}:"
    yield ""
    yield f"| {grid.first_column} | {' | '.join(columns)} |"
    yield f"|---|{'--:|' * len(columns)}"
    for name, row in grid.rows.items():
        numbers = (cell(row.get(column), grid.decimals) for column in columns)
        yield f"| {name} | {' | '.join(numbers)} |"
    yield ""


def _figure(figure: Figure) -> str:
    verdict = VERDICTS[figure.verdict]
    return (
        f"| {figure.name} | {figure.measured} | {figure.explanation} | {figure.target} "
        f"| {verdict} |"
    )


def _chart(sizes: Sequence[Measured]) -> str:
    """A panel for each engine, a line for each of some shapes."""
    return draw(
        {
            engine: [
                Line(shape, [(one.number, one.times[engine, shape].median) for one in sizes])
                for shape in CHARTED
            ]
            for engine in sizes[-1].engines
        },
        across="facilities",
        up="median milliseconds",
    )
