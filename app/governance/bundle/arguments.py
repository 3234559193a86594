"""The arguments of `strongroom bundle`; argparse only, for `--help` has to answer at once."""

import argparse


def add_arguments(bundle: argparse.ArgumentParser) -> None:
    """What the command takes."""
    bundle.add_argument("out", nargs="?", metavar="OUT.tar")
    bundle.add_argument(
        "--model", action="append", metavar="NAME", help="in place of the one of its kind in use"
    )
    bundle.add_argument("--without-models", action="store_true", help="for a machine that has some")
    bundle.add_argument(
        "--key",
        metavar="FILE",
        help="private key that signs; with --verify: the public key, or its fingerprint",
    )
    bundle.add_argument(
        "--offline",
        action="store_true",
        help="ask no package index: put all wheels together from the installed files",
    )
    bundle.add_argument(
        "--any-processor",
        action="store_true",
        help="llama.cpp was compiled for any processor of this kind, not for this very one",
    )
    bundle.add_argument("--verify", metavar="FILE", help="verify a bundle; installs nothing")


def goes_out(arguments: argparse.Namespace) -> bool:
    """Whether the command may start pip, which goes to the package index."""
    return arguments.command == "bundling:bundle" and not arguments.verify
