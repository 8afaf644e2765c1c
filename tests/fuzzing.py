"""A fuzzer that knows an OpenAPI document: asks an application, and collects what is wrong."""

import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.run import PhaseName

# Random questions to each operation; none given: few, and always the same.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))

# How what breaks the document is refused; an address that is none, a question without end, and a
# body without end or of another form, too.
REFUSALS = ["400", "404", "405", "413", "414", "415"]


def fuzzer(document: dict[str, Any], application: Any, **config: Any) -> Any:
    """The document as the fuzzer reads it, with all its checks."""
    generation = {
        "max-examples": EXAMPLES or 25,
        "deterministic": not EXAMPLES,
        "database": "none",
    }
    read = schemathesis.openapi.from_dict(
        document,
        config=SchemathesisConfig.from_dict(
            {
                "generation": generation,
                "continue-on-failure": True,
                "checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}},
                # It takes the parameter ``credential`` for a secret and would not show it.
                "output": {"sanitization": {"enabled": False}},
                **config,
            }
        ),
    )
    read.app = application
    return read


@dataclass
class Findings:
    """What a run of the fuzzer came to."""

    faults: dict[tuple[str, str], str] = field(default_factory=dict)
    answered: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    phases: set[PhaseName] = field(default_factory=set)

    @property
    def checks(self) -> set[str]:
        """The checks that failed."""
        return {check for check, _ in self.faults}

    def told(self) -> str:
        """The faults in words, each with a way to see it again."""
        return "\n\n".join(
            f"{check}: {about}\n{how}" for (check, about), how in self.faults.items()
        )


def run(read: Any) -> Findings:
    """Ask everything: examples, edges, random questions, and ones that follow from answers."""
    findings = Findings()
    for event in from_schema(read).execute():
        if isinstance(event, events.NonFatalError):
            findings.faults["error", str(event.label)] = str(event.info)
        if not isinstance(event, events.ScenarioFinished):
            continue
        findings.phases.add(event.phase)
        told = event.recorder
        for case_id, interaction in told.interactions.items():
            if interaction.response is not None:
                label = told.cases[case_id].value.operation.label
                findings.answered[label][interaction.response.status_code] += 1
        for nodes in told.checks.values():
            for node in nodes:
                if node.failure_info is not None:
                    info = node.failure_info
                    about = f"{info.failure.title}: {info.failure.message}"[:2_000]
                    findings.faults[node.name, f"{event.label} {about}"] = info.code_sample
    return findings
