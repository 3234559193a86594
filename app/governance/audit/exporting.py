"""A part of the trail as a file for someone else, signed so that they can check it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from app.governance.audit.keys import SigningKey, VerifyKey
from app.governance.audit.reading import records
from app.governance.audit.records import TrailFault, canonical
from app.governance.audit.text_keys import TextKeys
from app.governance.audit.texts import readable
from app.governance.audit.verifying import verify
from vectorstore.disk import replacing, sha256_of, write_whole

_NAMED = 5  # problems that a refusal names


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds; its signature is over all the other fields."""

    sha256: str  # of the file
    records: int
    first: int | None  # sequence numbers
    last: int | None
    since: str
    until: str
    key: str
    signature: str = ""


def export(
    folder: Path,
    key: SigningKey,
    out: Path,
    *,
    since: str,
    until: str,
    keys: TextKeys | None = None,
) -> Exported:
    """Write the records as JSON lines to `out`, and its signature to `out`.signature.json.

    Texts whose `keys` are there stand in it as they are: whoever gets the file has no keys.

    Raises TrailFault if the trail is not whole, which the signature would hide, or a file cannot
    be written; what was in `out` before is still there then.
    """
    found = verify(folder, key.public)
    if not found.whole:
        named = "; ".join(problem.in_words() for problem in found.problems[:_NAMED])
        raise TrailFault(
            f"The trail is not whole, so nothing is exported: {named}. `strongroom audit verify` "
            f"names all {len(found.problems)}."
        )
    together = hashlib.sha256()
    count, first, last = 0, None, None
    try:
        with replacing(out) as partial, partial.open("wb") as opened:
            for record in records(folder, since=since, until=until, signed_by=key.public):
                told = {**asdict(record), "data": readable(record.data, None, keys)}
                line = canonical(told) + b"\n"
                opened.write(line)
                together.update(line)
                count, first, last = count + 1, first or record.seq, record.seq
        said = Exported(together.hexdigest(), count, first, last, since, until, key.public.id)
        signature = key.sign("trail export", _signed(said)).hex()
        done = Exported(**{**asdict(said), "signature": signature})
        write_whole(signature_file(out), json.dumps(asdict(done), indent=2) + "\n")
    except OSError as error:
        raise TrailFault(f"{out} cannot be written ({error.strerror})") from error
    return done


def verify_export(file: Path, key: VerifyKey) -> bool:
    """Whether an exported file is as it was written. Raises TrailFault if it cannot be read."""
    try:
        said = Exported(**json.loads(signature_file(file).read_text("utf-8")))
        sha256 = sha256_of(file)
        signature = bytes.fromhex(said.signature)
    except (OSError, ValueError, TypeError) as error:
        raise TrailFault(f"{file} or its signature cannot be read ({error})") from error
    return sha256 == said.sha256 and key.signed("trail export", _signed(said), signature)


def signature_file(file: Path) -> Path:
    """Where the signature of an exported file is."""
    return file.with_name(file.name + ".signature.json")


def _signed(said: Exported) -> bytes:
    return canonical({**asdict(said), "signature": ""})
