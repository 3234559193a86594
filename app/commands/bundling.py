"""bundle: everything for a machine without a network in one signed file, and verifying one."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.output import fail, print_json, settings_of
from app.data_folder.layout import DataFolder

if TYPE_CHECKING:
    from app.governance.bundle.signing import BundleKey


def bundle(arguments: Namespace) -> int:
    """Make a bundle, or verify one."""
    if arguments.verify:
        return _verify(arguments)
    if not arguments.out:
        fail("name the file to write, or --verify FILE")
        return 2
    from app.governance.bundle.chosen_models import chosen_models
    from app.governance.bundle.contents import BundleFault
    from app.governance.bundle.making import make_bundle

    settings = settings_of(arguments)
    out = Path(arguments.out).expanduser().resolve()
    if not out.parent.is_dir():
        raise BundleFault(f"there is no folder {out.parent}")
    key = _key(Path(arguments.key) if arguments.key else None, DataFolder(settings.home).bundle_key)
    models = [] if arguments.without_models else chosen_models(settings, arguments.model or ())
    made = make_bundle(
        out,
        models,
        key,
        _say,
        offline=arguments.offline,
        any_processor=arguments.any_processor,
    )
    if arguments.json:
        print_json(
            {
                "file": str(made.out),
                "size": made.size,
                "version": made.manifest.version_id,
                "fingerprint": made.fingerprint,
                "install_sh_sha256": made.installer_sha256,
                "public_key": str(made.public_key),
                "wheels": made.manifest.fields["wheels"],
                "models": made.manifest.fields["models"],
                "copyleft": [
                    {"name": one.name, "licence": one.stated, "kind": one.copyleft}
                    for one in made.licences
                    if one.copyleft
                ],
            }
        )
        return 0
    fields = made.manifest.fields
    print(f"{made.out}: {made.size / 1e6:,.0f} MB, {len(fields['wheels'])} packages, models: "
          f"{', '.join(one['name'] for one in fields['models']) or 'none'}")  # fmt: skip
    for licence in made.licences:
        if licence.copyleft or licence.stated == "not stated":
            print(f"licence to know of: {licence.in_words}")
    print(
        f"Signed with the key {made.fingerprint}\n"
        f"  (public key: {made.public_key})\n"
        f"SHA-256 of install.sh: {made.installer_sha256}\n"
        "Carry the file over, and both numbers by another way. Then, on the other machine:\n"
        f"  tar xf {made.out.name} && cd {made.folder} && sha256sum install.sh\n"
        f"  sh install.sh --to DIR --key {made.fingerprint}"
    )
    return 0


def _verify(arguments: Namespace) -> int:
    from app.governance.bundle.contents import expected_fingerprint
    from app.governance.bundle.tarball import verify_tar

    expected = expected_fingerprint(arguments.key) if arguments.key else None
    manifest, signed_by = verify_tar(Path(arguments.verify), expected)
    if arguments.json:
        print_json({"version": manifest.version_id, "fingerprint": signed_by,
                    "key_given": expected is not None, "files": len(manifest.files)})  # fmt: skip
        return 0
    print(f"{arguments.verify} is whole: {manifest.version_id}, {len(manifest.files):,} files, "
          f"signed with the key\n  {signed_by}")  # fmt: skip
    if expected is None:
        print("Compare this with what was printed where it was made, or give it with --key.")
    return 0


def _key(given: Path | None, own: Path) -> "BundleKey":
    from app.governance.bundle.signing import BundleKey

    if given is not None:
        return BundleKey.open(given.expanduser())
    if own.exists():
        return BundleKey.open(own)
    _say(f"making the key that signs bundles: {own}; keep it, and keep it to yourself")
    return BundleKey.make(own)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
