"""check: what is right, what is not, what to do."""

from argparse import Namespace
from dataclasses import asdict

from app.checkup import check as look
from app.checkup import worst
from app.commands.output import print_json, settings_of

MARKS = {"ok": "ok  ", "warning": "WARN", "failed": "FAIL"}


def check(arguments: Namespace) -> int:
    """Print the findings; 1 if something does not work."""
    findings = list(look(settings_of(arguments)))
    if arguments.json:
        print_json(
            {"status": worst(findings), "findings": [asdict(finding) for finding in findings]}
        )
    else:
        for finding in findings:
            print(f"{MARKS[finding.status]}  {finding.area:9} {finding.what}")
            if finding.remedy:
                print(f"                 -> {finding.remedy}")
    return 1 if worst(findings) == "failed" else 0
