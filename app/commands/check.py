"""check: what is right, what is not, what to do.

With --privacy, the proof that nothing leaves; with --reading, what reading loses of PDF files;
with --plan, what a number of documents takes.
"""

import json
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.commands.output import fail, print_json, settings_of
from app.workspace.checkup import check as look
from app.workspace.checkup import worst

MARKS = {"ok": "ok  ", "warning": "WARN", "failed": "FAIL"}


def check(arguments: Namespace) -> int:
    """Print the findings; 1 if something does not work."""
    if arguments.verify:
        return _verify(arguments)
    if arguments.key:
        fail("--key goes with --verify")
        return 2
    if arguments.privacy:
        return _privacy(arguments)
    if arguments.reading or arguments.plan is not None:
        return _of_documents(arguments)
    if arguments.report:
        fail("--report goes with --privacy")
        return 2
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


def _of_documents(arguments: Namespace) -> int:
    if arguments.reading:
        from app.commands.check_reading import check_reading

        return check_reading(arguments)
    from app.commands.check_plan import check_plan

    return check_plan(arguments)


def _privacy(arguments: Namespace) -> int:
    from app.privacy.check.report import make_report

    report = make_report(settings_of(arguments))
    if arguments.report:
        Path(arguments.report).write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    if arguments.json:
        print_json(report)
    else:
        _say(report["content"])
    return 0 if report["content"]["passed"] else 1


def _verify(arguments: Namespace) -> int:
    from app.privacy.check.report import verify_report

    key = Path(arguments.key) if arguments.key else None
    content = verify_report(Path(arguments.verify), settings_of(arguments), key)
    if arguments.json:
        print_json({"signed_here": key is None, "content": content})
        return 0 if content["passed"] else 1
    _say(content)
    whose = f"the key in {key}" if key else "this data folder's own key"
    print(f"Unchanged since {content['made']}; signed with {whose}.")
    return 0 if content["passed"] else 1


def _say(content: dict[str, Any]) -> None:
    from app.privacy.check.verdict import FORMAT

    print(f"Outside: {content['isolation']}. Observed by {content['observed_by']}.")
    if content["format"] < FORMAT:
        print("An earlier version of Strongroom made this report; it has fewer attempts.")
    if set_aside := content.get("set_aside_for_the_job"):
        print(
            f"Set aside for the job, as nobody else is there: {', '.join(set_aside)}. "
            f"It ran with this machine's own model {content['models']['chat']['name']}."
        )
    for step in content["job"]:
        foreign = ", ".join(step["foreign"]) or "nothing beyond this machine"
        mark = "ok  " if step["done"] and not step["foreign"] else "FAIL"
        where = {
            True: ", from a network namespace of its own",
            False: ", from the machine's network",
        }
        also = where.get(step.get("apart"), "") + (
            ", shown in a browser" if step.get("browser") else ""
        )
        print(f"{mark}  {step['name']:30} turned to {foreign}{also} {step['said']}".rstrip())
    for one in content["attempts"]:
        mark = {True: "ok  ", False: "FAIL", None: "----"}[one["proved"]]
        outcome = (
            "GOT OUT" if one["got_out"] else f"refused by {one.get('refused_by', 'the guard')}"
        )
        recorded = ", recorded" if one["recorded"] else ""
        without = "gets out" if one["bare_gets_out"] else "does not get out"
        print(f"{mark}  {one['name']:30} {outcome}{recorded} (without: {without})")
    if trail := content.get("trail"):
        print(f"{trail['in_trail']} of {trail['recorded']} recorded attempts stand in the trail.")
    browser = content["browser"]
    if browser and browser["proved"] is not None:
        mark = "ok  " if browser["proved"] else "FAIL"
        kept = "GOT OUT" if browser["got_out"] else "refused"
        print(f"{mark}  {'poisoned page in the browser':30} {kept}")
    else:
        print("----  poisoned page in the browser   not tried: no browser, or no namespace")
    for limit in content["limits"]:
        print(f"limit: {limit}")
    untold = [one for one in content["attempts"] if one["proved"] is None]
    known = "Nothing got out" + (
        " but what is marked ----, a limit that is known and told above." if untold else "."
    )
    print(known if content["passed"] else "NOT PROVED: see the lines marked FAIL.")
