"""audit: verify, show, export the trail; its keys, its end, and a new one after damage."""

import json
from argparse import Namespace
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from app.commands.output import fail, print_json, settings_of
from app.data_folder.layout import DataFolder
from app.governance.audit.deletion_receipt import verify_receipt
from app.governance.audit.exporting import export as write_export
from app.governance.audit.exporting import verify_export
from app.governance.audit.head import kept_line
from app.governance.audit.keys import AuditorPrivateKey, SigningKey, VerifyKey
from app.governance.audit.opening import key_file, local_person, open_trail, trail_folder
from app.governance.audit.opening import renew as begin_anew
from app.governance.audit.reading import last_records, records
from app.governance.audit.records import RecordKind, TrailFault
from app.governance.audit.text_keys import text_keys
from app.governance.audit.texts import readable
from app.governance.audit.verifying import verify as verify_trail
from app.settings import Settings
from app.workspace.wiring import open_operations


def verify(arguments: Namespace) -> int:
    """Find what was changed, removed, moved or cut off; 1 if anything was."""
    settings = settings_of(arguments)
    key = _public_key(settings, arguments.key)
    if arguments.export:
        whole = verify_export(Path(arguments.export), key)
        if not whole:
            fail(f"{arguments.export} is not what this trail's key signed")
        elif not arguments.json:
            print(f"{arguments.export} is as it was exported (key {key.id})")
        if arguments.json:
            print_json({"whole": whole, "key": key.id})
        return 0 if whole else 1
    if arguments.receipt:
        return _verify_receipts(Path(arguments.receipt), key)
    kept = kept_line(arguments.head, key) if arguments.head else None
    found = verify_trail(trail_folder(settings), key, kept)
    if arguments.json:
        print_json({"whole": found.whole, **asdict(found)})
        return 0 if found.whole else 1
    for problem in found.problems:
        fail(problem.in_words())
    for note in found.notes:
        print(note)
    if found.whole:
        print(
            f"{found.records:,} records from {found.first} to {found.last} are whole "
            f"(key {found.key})"
        )
        if not arguments.key:
            print("checked with the key of this machine; --key FILE takes one kept elsewhere")
        if kept is None:
            print(
                "not ruled out: that all files were put back together to an earlier state; "
                "--head LINE with a line of `strongroom audit head` kept elsewhere rules it out"
            )
    return 0 if found.whole else 1


def head(arguments: Namespace) -> int:
    """Print a line that proves, when kept elsewhere, what the trail held."""
    settings = settings_of(arguments)
    with open_trail(settings, "strongroom audit head") as trail:
        print(trail.head().line(trail.key))
    return 0


def show(arguments: Namespace) -> int:
    """Print records, or make a recorded answer again."""
    settings = settings_of(arguments)
    private = Path(arguments.private_key) if arguments.private_key else None
    if arguments.answer:
        return _recreate(arguments, settings, private)
    folder = trail_folder(settings)
    chosen = [
        record
        for record in (
            records(folder, since=_moment(arguments.since))
            if arguments.person or arguments.kind or arguments.since
            else last_records(folder, arguments.last)
        )
        if (not arguments.person or record.person == arguments.person)
        and (not arguments.kind or record.kind == arguments.kind)
    ][-arguments.last :]
    auditor = AuditorPrivateKey.read(private) if private else None
    with text_keys(DataFolder(settings.home).audit_texts) as keys:
        plain = [
            {**asdict(record), "data": readable(record.data, auditor, keys)} for record in chosen
        ]
    if arguments.json:
        print_json({"records": plain})
        return 0
    for record, told in zip(chosen, plain, strict=True):
        print(f"{record.seq}  {record.time[:19]}Z  {record.kind}  {record.person or '-'}")
        print("    " + json.dumps(told["data"], ensure_ascii=False))
    return 0


def export(arguments: Namespace) -> int:
    """Write a part of the trail to a file, with a signature beside it."""
    settings = settings_of(arguments)
    since, until = (_moment(told) for told in (arguments.since, arguments.until))
    out = Path(arguments.out)
    with open_trail(settings, "strongroom audit export") as trail:
        trail.record(
            RecordKind.EXPORT,
            person=local_person(),
            data={"what": "trail", "file": str(out.absolute()), "since": since, "until": until},
        )
        done = write_export(
            trail.folder, trail.key, out, since=since, until=until, keys=trail.texts.keys
        )
    if arguments.json:
        print_json(asdict(done))
    else:
        print(f"{done.records:,} records in {out}; the signature is beside it (key {done.key})")
    return 0


def keys(arguments: Namespace) -> int:
    """Print the trail's public key, or make a key pair for the auditor."""
    if arguments.auditor:
        file = Path(arguments.auditor)
        public = AuditorPrivateKey.make(file)
        beside = file.with_name(file.name + ".public")
        beside.write_text(public, encoding="ascii")
        print(f"{file} is the auditor's private key: keep it away from this machine")
        print(f"{beside} is for the setting audit.auditor_key")
        return 0
    settings = settings_of(arguments)
    with open_trail(settings, "strongroom audit keys") as trail:
        key = trail.key.public
    if arguments.out:
        Path(arguments.out).write_text(key.pem(), encoding="ascii")
    if arguments.json:
        print_json({"key": key.id, "public": key.pem(), "private_file": str(key_file(settings))})
    elif arguments.out:
        print(f"key {key.id} written to {arguments.out}; keep it elsewhere, for --key")
    else:
        print(key.pem(), end="")
    return 0


def renew(arguments: Namespace) -> int:
    """Move a damaged trail away and begin another that says so."""
    moved = begin_anew(settings_of(arguments), arguments.reason)
    print(f"a new trail has begun; the old one is in {moved}")
    return 0


def _recreate(arguments: Namespace, settings: Settings, private: Path | None) -> int:
    with open_operations(settings, "strongroom audit show") as operations:
        made = operations.recreate(arguments.answer, private_key=private)
    if arguments.json:
        print_json(asdict(made))
        return 0
    print(f"record {made.seq}, {made.time[:19]}Z, asked by {made.person}")
    print(f"\n{made.question}\n\n{made.answer}\n")
    for passage in made.passages:
        page = f", page {passage['page']}" if passage["page"] else ""
        state = "the same" if passage["unchanged"] else "no longer there"
        print(f"- {passage['document']}{page} ({passage['chunk_id']}): {state}")
    said = {True: "the same", False: "different", None: "not made again"}
    print(f"\nprompt: {said[made.same_prompt]}")
    print(f"the model's tokens: {said[made.same_tokens]}")
    print(f"answer: {said[made.same_answer]}")
    for difference in made.differences:
        print(f"- {difference}")
    return 0


def _verify_receipts(file: Path, key: VerifyKey) -> int:
    """Check what `strongroom remove --receipt` wrote; 1 if any is not genuine."""
    try:
        receipts = json.loads(file.read_text("utf-8"))
        if not isinstance(receipts, list) or not all(isinstance(one, dict) for one in receipts):
            raise ValueError("no list of receipts")
    except (OSError, ValueError, RecursionError) as error:
        raise TrailFault(f"{file} holds no receipts ({error})") from error
    wrong = 0
    for receipt in receipts:
        if verify_receipt(receipt, key):
            print(f"genuine: {receipt['space']}/{receipt['document']}, {receipt['time']}")
        else:
            wrong += 1
            fail(f"not as this trail's key signed it: {receipt.get('document')}")
    return 1 if wrong else 0


def _public_key(settings: Settings, given: str | None) -> VerifyKey:
    if given:
        return VerifyKey.read(Path(given))
    return SigningKey.open(key_file(settings)).public


def _moment(told: str | None) -> str:
    """A date or time of the command line as the trail writes times; "" for none."""
    if not told:
        return ""
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        raise TrailFault(
            f"{told!r} is no date; write 2026-11-22 or 2026-11-22T14:00+01:00"
        ) from None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).isoformat()
