"""``python -m benchmarks``: measure, print, keep."""

import platform
import signal
import sys

import orjson
from rich.console import Console

from benchmarks import databases
from benchmarks.options import Options, read_options
from benchmarks.progress import bars
from benchmarks.report import Part

# Where the report does not go to a terminal, its tables get the room they need.
WIDTH_IN_FILES = 140


def main() -> None:
    """Run the benchmark as the command line says."""
    options = read_options()
    # Told to stop, it still drops its databases on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    try:
        parts = _measure(options)
    except databases.NoServer as missing:
        sys.exit(str(missing))
    console = Console(width=None if sys.stdout.isatty() else WIDTH_IN_FILES)
    for part in parts:
        part.print(console)
    if options.json:
        options.json.write_bytes(orjson.dumps(_as_json(options, parts), option=orjson.OPT_INDENT_2))


def _measure(options: Options) -> list[Part]:
    with databases.temporary(options.engine) as made, bars() as progress:
        # Models can be imported only now that Django has been set up.
        from benchmarks.run import measured_parts

        return list(measured_parts(options, made, progress))


def _as_json(options: Options, parts: list[Part]) -> dict[str, object]:
    return {
        "facilities": options.facilities,
        "engine": options.engine,
        "seed": options.seed,
        "python": platform.python_version(),
        "parts": [part.as_json() for part in parts],
    }


if __name__ == "__main__":
    main()
