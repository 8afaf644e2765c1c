"""``python -m benchmarks``: measure, print, keep."""

import signal
import sys
from typing import TYPE_CHECKING

import orjson
from rich.console import Console

from benchmarks import databases, machine
from benchmarks.options import Options, read_options
from benchmarks.progress import bars
from benchmarks.report import Part
from benchmarks.servers import NoServer

if TYPE_CHECKING:
    from benchmarks.searching import Measured

# Where the report does not go to a terminal, its tables get the room they need.
WIDTH_IN_FILES = 160


def main() -> None:
    """Run the benchmark as the command line says."""
    options = read_options()
    # Told to stop, it still drops its databases on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    sizes: list[Measured] = []
    try:
        parts, facts = _measure(options, sizes)
    except NoServer as missing:
        sys.exit(str(missing))
    console = Console(width=None if sys.stdout.isatty() else WIDTH_IN_FILES)
    for part in parts:
        part.print(console)
    if options.json:
        options.json.write_bytes(
            orjson.dumps(_as_json(options, facts, parts), option=orjson.OPT_INDENT_2)
        )
    if options.report:
        from benchmarks.written import write_report

        write_report(options.report, facts, parts, sizes)


def _measure(options: Options, sizes: "list[Measured]") -> tuple[list[Part], dict[str, str]]:
    with databases.opened(options.engines, options.folder) as made, bars() as progress:
        # Models can be imported only now that Django has been set up.
        from benchmarks.run import measured_parts

        parts = list(measured_parts(options, made, progress, sizes))
        return parts, machine.described() | made.versions()


def _as_json(options: Options, facts: dict[str, str], parts: list[Part]) -> dict[str, object]:
    return {
        "facilities": options.facilities,
        "sizes": options.sizes,
        "engines": options.engines,
        "seed": options.seed,
        "machine": facts,
        "parts": [part.as_json() for part in parts],
    }


if __name__ == "__main__":
    main()
