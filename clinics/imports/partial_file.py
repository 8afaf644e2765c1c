"""A file on its way here, of which a part may have arrived.

It is called ``NAME.part``, with ``NAME.part.json`` beside it: what the server calls this version of
the file, so that a later attempt asks for the rest of the same.
"""

import json
import os
from pathlib import Path


class PartialFile:
    """What has arrived of the file that will be called ``target``, and of which version it is."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self._about = target.with_name(f"{target.name}.part.json")

    def resumable(self) -> tuple[int, str]:
        """How many bytes are here, and the version they are of; 0 and blank to begin anew."""
        try:
            version = json.loads(self._about.read_text(encoding="utf-8"))["version"]
            return (self.path.stat().st_size, version) if isinstance(version, str) else (0, "")
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return 0, ""

    def remember(self, version: str) -> None:
        """Write down which version of the file is on its way, if the server names one."""
        self._about.unlink(missing_ok=True)
        if version:
            self._about.write_text(json.dumps({"version": version}), encoding="utf-8")

    def forget(self) -> None:
        """Leave nothing behind."""
        self.path.unlink(missing_ok=True)
        self._about.unlink(missing_ok=True)

    def finish(self) -> None:
        """Give the file its name, once all of it is on the disk."""
        with self.path.open("rb") as file:
            os.fsync(file.fileno())
        self.path.replace(self.target)
        self._about.unlink(missing_ok=True)
