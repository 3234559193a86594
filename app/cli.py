"""The command `strongroom`: reads the command line, calls one command, and says what failed.

Nothing heavy is imported here; `--help` has to answer at once. A command lives in
`app.commands` and is imported when it is called.
"""

import argparse
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.privacy.allowed import Host

# Arguments that name files and folders, whose names may hold any bytes; all others are text.
PATHS = frozenset(
    "home paths path questions out report receipt file to key private_key auditor export verify "
    "review against compare dialogues passphrase_file deletions reading model lora place "
    "password_file".split()
)
EPILOG = """\
Settings come from strongroom.toml in the working directory, then STRONGROOM_* variables, then
flags. Exit codes: 0 done, 1 something failed (said on stderr), 2 wrong usage,
3 some rows of a questionnaire failed.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        return _run(argv)
    except KeyboardInterrupt:
        print("strongroom: interrupted; nothing is half done", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output went away (`strongroom documents | head`): not our failure.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception as error:
        from app.errors import local_words_for

        message = local_words_for(error)
        if message is None:
            raise
        print(f"strongroom: {message}", file=sys.stderr)
        return int(getattr(error, "exit_code", 1))


def _run(argv: Sequence[str] | None) -> int:
    from app.governance.bundle.arguments import goes_out
    from app.privacy import work_offline
    from app.privacy.process_guard import keep_inside

    if argv is None:
        _print_anything()
    parser = build_parser()
    arguments = parser.parse_args(argv)
    if said := _not_text(arguments):
        parser.error(said)
    fetching = arguments.command == "models:fetch" or goes_out(arguments)
    if argv is None:
        keep_inside(fetching=fetching)
        _keep_private(arguments)
    else:  # called by a program that has its own life; the guard could never be taken off it
        work_offline(fetching=fetching)
    module, _, function = str(arguments.command).partition(":")
    if argv is None and not fetching:
        _go_apart(arguments)  # before anything starts a thread
    run = getattr(importlib.import_module(f"app.commands.{module}"), function)
    return int(run(arguments))


def _print_anything() -> None:
    """Let names that are not UTF-8 be printed: their odd bytes as escapes, which JSON has too."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _not_text(arguments: argparse.Namespace) -> str:
    """What is wrong with the first argument that is no path and not UTF-8; "" where none is."""
    for name, value in vars(arguments).items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and name not in PATHS and not _is_text(one):
                shown = os.fsencode(one).decode("utf-8", "replace")
                return f"{name}: {shown!r} holds bytes that are not UTF-8"
    return ""


def _is_text(said: str) -> bool:
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True


def _keep_private(arguments: argparse.Namespace) -> None:
    """What this process makes is for its user alone, but for models and bundles."""
    from vectorstore.disk import keep_to_ourselves

    if str(arguments.command).partition(":")[0] not in ("models", "bundling"):
        keep_to_ourselves()


def _go_apart(arguments: argparse.Namespace) -> None:
    """Take the network from this process, unless the command is about the network.

    `arguments` get `apart`, what came of it, and for `serve` its `listeners`.
    """
    if arguments.command in ("check:check", "health:health", "engine:engine"):
        return
    from app.commands.output import settings_of
    from app.privacy.network_isolation import go_apart, listen

    if arguments.command == "serving:serve":
        given = {"host": arguments.host, "port": arguments.port}
        settings = settings_of(arguments, web=given)
        arguments.listeners = listen(settings.web.host, settings.web.port)
        arguments.apart = go_apart(settings, arguments.listeners)
    else:
        arguments.apart = go_apart(settings_of(arguments), also=_named_now(arguments))


def _named_now(arguments: argparse.Namespace) -> "tuple[Host, ...]":
    """The host that the command itself has the program reach from now on."""
    from app.privacy.allowed import Host
    from app.watching.places.opening import host_of

    if arguments.command != "sources:add":
        return ()
    host = host_of(arguments.kind, arguments.place)
    return () if host is None else (Host(*host, f"the source {arguments.name}"),)


def build_parser() -> argparse.ArgumentParser:
    """The whole command line; `command` is "module:function" below `app.commands`."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument(
        "--home", metavar="DIR", help="folder of everything that Strongroom writes (./data)"
    )
    parser = argparse.ArgumentParser(
        prog="strongroom",
        description="A private document chatbot that runs on your own machines.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common],
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(
        name: str, run: str, text: str, group: "argparse._SubParsersAction[argparse.ArgumentParser]"
    ) -> argparse.ArgumentParser:
        made = group.add_parser(name, help=text, description=text, parents=[common])
        made.set_defaults(command=run)
        return made

    serve = command("serve", "serving:serve", "run the web chat and its engine", commands)
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="port of the web chat (7860)")

    _add_engine(command("engine", "engine:engine", "run the language model alone", commands))

    ingest = command("ingest", "documents:ingest", "index files and folders", commands)
    ingest.add_argument("paths", nargs="+", metavar="PATH", help="a file or a folder")
    ingest.add_argument(
        "--space",
        default="general",
        metavar="NAME",
        help="space that the documents belong to (general)",
    )
    ingest.add_argument(
        "--prune", action="store_true", help="forget documents that are gone from a folder"
    )
    _json(ingest)

    documents = command("documents", "documents:documents", "list what is indexed", commands)
    documents.add_argument("--space", action="append", metavar="NAME", help="only this space")
    _choices(documents)
    _json(documents)

    remove = command("remove", "documents:remove", "forget documents", commands)
    remove.add_argument("names", nargs="+", metavar="NAME", help="a name that `documents` lists")
    remove.add_argument(
        "--space", default="general", metavar="NAME", help="space that they are in (general)"
    )
    _json(remove)

    remove.add_argument("--receipt", metavar="FILE", help="write the signed receipts there")
    _add_sources(command, commands)
    _add_retention(command, commands)

    _add_asking(command, commands)
    _add_batch(command, commands)
    _add_models(command, commands)
    _add_audit(command, commands)
    _add_people(command, commands)

    evaluate = command("eval", "evaluating:run_eval", "measure on a question file", commands)
    evaluate.add_argument(
        "questions", nargs="?", metavar="QUESTIONS.jsonl", help="one question a line"
    )
    evaluate.add_argument("--space", action="append", metavar="NAME", help="only this space")
    evaluate.add_argument(
        "--retrieval-only", action="store_true", help="measure finding, without the language model"
    )
    evaluate.add_argument(
        "--model",
        action="append",
        metavar="FILE",
        help="answer with this GGUF file; given twice or more, the models are compared",
    )
    evaluate.add_argument("--limit", type=int, metavar="N", help="only the first N questions")
    evaluate.add_argument(
        "--dialogues", metavar="FILE", help="measure the last questions of conversations"
    )
    evaluate.add_argument(
        "--half-indexed",
        action="store_true",
        help="search every other document only: questions about the rest must be refused",
    )
    evaluate.add_argument(
        "--compare", nargs=2, metavar=("A.json", "B.json"), help="compare two earlier reports"
    )
    evaluate.add_argument(
        "--calibrate",
        action="store_true",
        help="choose from these questions when to refuse, and store it with the index",
    )
    evaluate.add_argument("--out", metavar="FILE", help="write the report as JSON")
    _json(evaluate)

    _add_checks(command, commands)
    reindex = command(
        "reindex", "documents:reindex", "compute all vectors anew from the catalogue", commands
    )
    reindex.add_argument(
        "--read-again",
        action="store_true",
        help="then read the kept originals again, for what this version reads of them",
    )
    _json(reindex)
    _add_copies(command, commands)
    return parser


def _add_copies(command, commands) -> None:  # type: ignore[no-untyped-def]
    from app.governance.backup.arguments import add_backup_arguments, add_restore_arguments
    from app.governance.bundle.arguments import add_arguments as add_bundle_arguments

    for name, add, text in (
        ("backup", add_backup_arguments, "copy the whole data folder into one file, while in use"),
        ("restore", add_restore_arguments, "put a backup in the place of the data folder"),
    ):
        made = command(name, f"backing_up:{name}", text, commands)
        add(made)
        _json(made)
    bundled = command(
        "bundle",
        "bundling:bundle",
        "put all that a machine without a network needs into one file",
        commands,
    )
    add_bundle_arguments(bundled)
    _json(bundled)


def _add_sources(command, commands) -> None:  # type: ignore[no-untyped-def]
    from app.watching.source import EVERY_MINUTES, GUARD_PERCENT, KINDS, LARGEST_MIB

    sources = commands.add_parser("sources", help="places that are watched, and spaces follow")
    group = sources.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = command("list", "sources:list_sources", "list what is watched", group)
    show = command("show", "sources:show", "say all that is known of a source", group)
    add = command("add", "sources:add", "watch a place from now on", group)
    add.add_argument("name", metavar="NAME", help="what the source is called")
    add.add_argument("place", metavar="PLACE", help="a folder, or an address")
    add.add_argument("--kind", choices=KINDS, default="folder", help="what it is (folder)")
    add.add_argument(
        "--space", default="general", metavar="NAME", help="space that follows it (general)"
    )
    add.add_argument(
        "--include", action="append", metavar="PATTERN", help='only such files, as "*.pdf"'
    )
    add.add_argument(
        "--exclude", action="append", metavar="PATTERN", help='not such files, as "Archive/*"'
    )
    add.add_argument(
        "--largest", type=int, default=LARGEST_MIB, metavar="MIB",
        help=f"larger files are left out ({LARGEST_MIB})",
    )  # fmt: skip
    add.add_argument(
        "--every", type=float, default=EVERY_MINUTES, metavar="MINUTES",
        help=f"look at it so often ({EVERY_MINUTES:g})",
    )  # fmt: skip
    add.add_argument(
        "--guard", type=float, default=GUARD_PERCENT, metavar="PERCENT",
        help=f"ask before more of its documents go than this share ({GUARD_PERCENT:g})",
    )  # fmt: skip
    add.add_argument("--user", metavar="NAME", help="sign in there; the password is asked for")
    add.add_argument("--password-file", metavar="FILE", help="the password or secret key is there")
    add.add_argument("--later", action="store_true", help="do not look at it yet")
    now = command("now", "sources:now", "look at a source at once", group)
    now.add_argument(
        "--agree", type=int, default=0, metavar="N", help="so many documents may be deleted"
    )
    pause = command("pause", "sources:pause", "look at a source no more", group)
    resume = command("resume", "sources:resume", "look at a source again", group)
    remove = command("remove", "sources:remove", "watch a source no more", group)
    remove.add_argument(
        "--documents", choices=["keep", "delete"], default="keep", help="its documents (keep)"
    )
    for parser in (show, now, pause, resume, remove):
        parser.add_argument("name", metavar="NAME", help="a name that `sources list` prints")
    for parser in (listing, show, add, now, pause, resume, remove):
        _json(parser)


def _add_engine(engine: argparse.ArgumentParser) -> None:
    engine.add_argument("--model", metavar="FILE", help="GGUF file; by default the one in use")
    engine.add_argument("--host", metavar="ADDRESS", help="address to listen on (127.0.0.1)")
    engine.add_argument("--port", type=int, default=0, help="port to listen on (any free one)")
    engine.add_argument("--parallel", type=int, metavar="N", help="chats decoded together")
    engine.add_argument("--context", type=int, metavar="N", help="window of one chat, in tokens")
    engine.add_argument("--gpu-layers", type=int, metavar="N", help="layers on the GPU; -1 for all")
    engine.add_argument("--threads", type=int, metavar="N", help="CPU threads (cores - 1)")
    engine.add_argument(
        "--lora", action="append", metavar="FILE[:SCALE]", help="LoRA adapter, with its scale"
    )


def _add_checks(command, commands) -> None:  # type: ignore[no-untyped-def]
    check = command("check", "check:check", "say what is right, what is not, what to do", commands)
    check.add_argument(
        "--privacy", action="store_true", help="try to break out, and prove that nothing leaves"
    )
    check.add_argument(
        "--reading",
        nargs="+",
        metavar="PATH",
        help="words of PDF files that their pages show and that would not be found",
    )
    check.add_argument(
        "--plan",
        type=int,
        metavar="DOCUMENTS",
        help="what so many documents will take: disk, memory, time to read and to search",
    )
    check.add_argument("--report", metavar="FILE", help="with --privacy: write a signed report")
    check.add_argument("--verify", metavar="REPORT", help="verify such a report")
    check.add_argument("--key", metavar="FILE", help="with --verify: public key kept elsewhere")
    _json(check)
    health = command(
        "health", "health:health", "say in one line whether the web chat answers", commands
    )
    health.add_argument("url", nargs="?", help="of another server here, such as an engine's health")


def _add_asking(command, commands) -> None:  # type: ignore[no-untyped-def]
    search = command("search", "asking:search", "find passages", commands)
    search.add_argument("question", help="the question, in quotation marks")
    search.add_argument("-k", type=int, default=10, help="number of passages (10)")
    _filters(search)
    _json(search)
    ask = command("ask", "asking:ask", "answer one question with citations", commands)
    ask.add_argument("question", help="the question, in quotation marks")
    _filters(ask)
    _json(ask)
    mcp = command("mcp", "mcp:serve", "serve an agent over MCP, on stdin and stdout", commands)
    mcp.add_argument(
        "--as", dest="as_person", metavar="PERSON", help="only what this person may read"
    )
    summarise = command(
        "summarise", "asking:summarise", "print the main points of one document, cited", commands
    )
    summarise.add_argument("document", metavar="DOCUMENT", help="its name in `documents`")
    summarise.add_argument("--space", action="append", metavar="NAME", help="space it is in")
    _json(summarise)


def _add_batch(command, commands) -> None:  # type: ignore[no-untyped-def]
    _add_training(command, commands)
    batch = command("batch", "batch:batch", "answer a questionnaire, row by row", commands)
    batch.add_argument(
        "questions",
        nargs="?",
        metavar="QUESTIONS",
        help="CSV, XLSX, JSONL or TXT file; - for a pipe",
    )
    batch.add_argument(
        "--out",
        metavar="FILE",
        help=".xlsx, .csv, .jsonl; - for a pipe; of a review also .html, .pdf",
    )
    batch.add_argument("--report", action="append", metavar="FILE", help="also as .html or .pdf")
    _filters(batch)
    batch.add_argument(
        "--each-document", action="store_true", help="ask every question of every document"
    )
    batch.add_argument(
        "--reproducible",
        action="store_true",
        help="the same bytes each time: one question at a time, slower",
    )
    batch.add_argument("--force", action="store_true", help="start over")
    batch.add_argument(
        "--skip-bad", action="store_true", help="record rows that cannot be asked as failed"
    )
    batch.add_argument("--parallel", type=int, metavar="N", help="questions asked at once")
    batch.add_argument("--question-column", metavar="NAME", help="the column with the questions")
    batch.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook")
    batch.add_argument("--hidden-rows", action="store_true", help="ask a sheet's hidden rows, too")
    batch.add_argument("--encoding", metavar="NAME", help="of a CSV or text file, such as cp1250")
    batch.add_argument("--limit", type=int, metavar="N", help="only the first N rows")
    batch.add_argument("--verify", metavar="FILE", help="ask some rows of a result again")
    batch.add_argument(
        "--sample", type=int, default=10, metavar="N", help="with --verify: so many; 0 for all (10)"
    )
    batch.add_argument("--review", metavar="A", help="what changed in this result …")
    batch.add_argument("--against", metavar="B", help="… since this earlier one")
    _json(batch)


def _add_training(command, commands) -> None:  # type: ignore[no-untyped-def]
    training = command(
        "training", "training:training", "write what people corrected as training data", commands
    )
    training.add_argument("--out", required=True, metavar="FOLDER", help="where to write the files")
    training.add_argument(
        "--space",
        action="append",
        metavar="NAME",
        help="only from this shared space; by default from those that everyone may read",
    )
    _json(training)


def _add_models(command, commands) -> None:  # type: ignore[no-untyped-def]
    models = commands.add_parser("models", help="list, fetch, add, test, compare and plan models")
    group = models.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = command("list", "models:list_models", "list the models at hand", group)
    _json(listing)
    fetch = command("fetch", "models:fetch", "fetch models on a connected machine", group)
    fetch.add_argument("names", nargs="*", metavar="NAME", help="by default the starter models")
    _json(fetch)
    add = command("add", "models:add", "take a GGUF file or an embedder's folder into use", group)
    add.add_argument("path", metavar="PATH", help="the GGUF file, or the embedder's folder")
    add.add_argument(
        "--untested", action="store_true", help="without the self-test: its size decides"
    )
    _json(add)
    test = command(
        "test", "models:test", "see how far a chat model's own words can be trusted", group
    )
    test.add_argument("name", nargs="?", metavar="NAME", help="by default the model in use")
    _json(test)
    compare = command(
        "compare",
        "comparing:compare_models",
        "ask your own questions of two models or more, and see what each takes and says",
        group,
    )
    compare.add_argument(
        "models", nargs="+", metavar="MODEL", help="GGUF files, or names that `models list` shows"
    )
    compare.add_argument(
        "--questions",
        required=True,
        metavar="FILE",
        help="a question file as `eval` takes it, or a .txt file with one question a line",
    )
    compare.add_argument("--space", action="append", metavar="NAME", help="only this space")
    compare.add_argument("--limit", type=int, metavar="N", help="only the first N questions")
    compare.add_argument("--out", metavar="FILE", help="write the comparison as JSON")
    _json(compare)
    plan = command(
        "plan", "models:plan", "say what fits on which GPU, in which quantisation", group
    )
    plan.add_argument("--size", choices=["7b", "13b", "70b"], help="only models of this size")
    plan.add_argument("--gpu", type=float, action="append", metavar="GB", help="memory of one GPU")
    plan.add_argument(
        "--context", type=int, default=4096, metavar="N", help="window of one chat, tokens (4096)"
    )
    _json(plan)


def _add_audit(command, commands) -> None:  # type: ignore[no-untyped-def]
    audit = commands.add_parser("audit", help="the trail of what was asked, answered and changed")
    group = audit.add_subparsers(title="commands", metavar="COMMAND", required=True)
    verify = command("verify", "auditing:verify", "find changed or missing records", group)
    verify.add_argument("--key", metavar="FILE", help="public key that was kept elsewhere")
    verify.add_argument("--head", metavar="LINE", help="line of `audit head` that was kept")
    verify.add_argument("--export", metavar="FILE", help="verify an exported file instead")
    verify.add_argument("--receipt", metavar="FILE", help="verify receipts of `remove` instead")
    _json(verify)
    show = command("show", "auditing:show", "print records, or make an answer again", group)
    show.add_argument("--last", type=int, default=20, metavar="N", help="so many records (20)")
    show.add_argument("--person", metavar="ID", help="only this person's")
    show.add_argument("--kind", metavar="KIND", help="only of this kind, such as question")
    show.add_argument("--since", metavar="DATE", help="from this moment, such as 2026-11-01")
    show.add_argument("--answer", metavar="ID", help="make this answer again and compare")
    show.add_argument("--private-key", metavar="FILE", help="the auditor's, for sealed texts")
    _json(show)
    export = command("export", "auditing:export", "write records to a signed file", group)
    export.add_argument("--out", metavar="FILE", required=True, help="the file to write")
    export.add_argument("--since", metavar="DATE", help="from this moment, such as 2026-11-01")
    export.add_argument("--until", metavar="DATE", help="up to, and without, this moment")
    _json(export)
    keys = command("keys", "auditing:keys", "print the public key that verifies the trail", group)
    keys.add_argument("--out", metavar="FILE", help="write it there, to be kept elsewhere")
    keys.add_argument("--auditor", metavar="FILE", help="make a key pair for sealed texts instead")
    _json(keys)
    command("head", "auditing:head", "print a line that proves the trail's end", group)
    renew = command("renew", "auditing:renew", "begin another trail after damage", group)
    renew.add_argument("--reason", required=True, metavar="TEXT", help="stands in the new trail")


def _add_people(command, commands) -> None:  # type: ignore[no-untyped-def]
    users = commands.add_parser("users", help="list, add and change the people who may sign in")
    group = users.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _json(command("list", "people:list_users", "list everyone who can sign in", group))
    add = command("add", "people:add_user", "add a person with a one-time password", group)
    add.add_argument("name", metavar="NAME", help="the name to sign in with")
    add.add_argument("--full-name", metavar="NAME", help="the name that others read")
    add.add_argument("--group", action="append", metavar="GROUP", help="a group to belong to")
    add.add_argument("--administrator", action="store_true", help="may administer")
    add.add_argument("--auditor", action="store_true", help="reads the trail, and nothing else")
    add.add_argument(
        "--service", action="store_true", help="a program: nobody signs in, keys let it in"
    )
    remove = command("remove", "people:remove_user", "forget a person", group)
    password = command("password", "people:set_password", "give a new password", group)
    for parser in (add, password):
        parser.add_argument(
            "--type-password", action="store_true", help="type it, or pipe it in, at once"
        )
    role = command("role", "people:set_role", "make a reader, administrator or auditor", group)
    groups = command(
        "groups", "people:set_groups", "set the groups of a person, all of them", group
    )
    sign_out = command("sign-out", "people:sign_out_user", "end a person's sessions", group)
    for parser in (remove, password, role, groups, sign_out):
        parser.add_argument("name", metavar="NAME", help="the name that the person signs in with")
    remove.add_argument(
        "--documents", choices=["keep", "delete"], default="keep", help="their own uploads (keep)"
    )
    role.add_argument(
        "role",
        nargs="+",
        choices=["reader", "administrator", "auditor"],
        help="one role, or administrator and auditor",
    )
    groups.add_argument("groups", nargs="*", metavar="GROUP", help="no group at all if none")
    for parser in (add, remove, password, role, groups, sign_out):
        _json(parser)

    all_groups = commands.add_parser("groups", help="list, add and remove groups of people")
    group = all_groups.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _json(command("list", "people:list_groups", "list all groups", group))
    for name, run, text in (
        ("add", "people:add_group", "make a group"),
        ("remove", "people:remove_group", "forget a group and what it could read"),
    ):
        parser = command(name, run, text, group)
        parser.add_argument("name", metavar="NAME", help="the group's name")
        _json(parser)

    keys = commands.add_parser("keys", help="keys with which programs come in a person's place")
    group = keys.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = command("list", "people:list_keys", "list keys, without their secrets", group)
    listing.add_argument("person", nargs="?", metavar="PERSON", help="only this person's")
    add = command("add", "people:add_key", "make a key; it is shown once", group)
    add.add_argument("person", metavar="PERSON", help="a person's or a service account's name")
    add.add_argument("name", metavar="NAME", help="what the key is for")
    add.add_argument(
        "--may",
        action="append",
        choices=["ask", "search", "add", "metrics", "administer"],
        help="what it opens, each once (ask and search)",
    )
    add.add_argument("--space", action="append", metavar="SPACE", help="only in this space")
    add.add_argument("--days", type=int, default=90, metavar="N", help="it lasts so long (90)")
    revoke = command("revoke", "people:revoke_key", "have a key count no more", group)
    revoke.add_argument("key_id", metavar="KEY", help="its id in `keys list`, or its name")
    for parser in (listing, add, revoke):
        _json(parser)

    spaces = commands.add_parser("spaces", help="list spaces; say which groups may read them")
    group = spaces.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _json(command("list", "people:list_spaces", "list all spaces, and who may read them", group))
    grant = command("grant", "people:grant", "let a group read a space", group)
    revoke = command("revoke", "people:revoke", "take a group's rights in a space", group)
    for parser in (grant, revoke):
        parser.add_argument("space", metavar="SPACE", help="the space's name")
        parser.add_argument("group", metavar="GROUP", help="everyone is the group of all people")
        _json(parser)
    grant.add_argument("--curate", action="store_true", help="read, add, move and delete")


def _add_retention(command, commands) -> None:  # type: ignore[no-untyped-def]
    retention = commands.add_parser("retention", help="how long documents are kept")
    group = retention.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _json(command("list", "retaining:show", "list the rules of retention", group))
    forget = command("set", "retaining:forget_after", "forget a space's documents in time", group)
    forget.add_argument("space", metavar="SPACE", help="the space's name")
    forget.add_argument("days", type=int, metavar="DAYS", help="days after they were indexed")
    keep = command("lift", "retaining:lift", "keep a space's documents again", group)
    keep.add_argument("space", metavar="SPACE", help="the space's name")
    _json(command("run", "retaining:run", "delete now what is due; serve does so daily", group))
    holds = commands.add_parser("holds", help="documents that must not be deleted")
    group = holds.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _json(command("list", "retaining:show", "list the holds", group))
    for name, run, text in (
        ("add", "retaining:hold", "forbid to delete documents, or a whole space"),
        ("release", "retaining:release", "lift a hold"),
    ):
        made = command(name, run, text, group)
        made.add_argument("names", nargs="*", metavar="NAME", help="all of the space if none")
        made.add_argument(
            "--space", default="general", metavar="NAME", help="the space's name (general)"
        )
        made.add_argument(
            "--reason", required=True, metavar="TEXT", help="it is kept, and shown with refusals"
        )


def _filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--space", action="append", metavar="NAME", help="only this space")
    parser.add_argument("--document", action="append", metavar="NAME", help="only this document")
    _choices(parser)


def _choices(parser: argparse.ArgumentParser) -> None:
    """Which documents are meant, by what they are."""
    for flag, text, metavar in (
        ("type", "only documents of this type, such as policy, contract, manual", "TYPE"),
        ("since", "only documents of this year, month or day, or later", "DATE"),
        ("until", "only documents of this year, month or day, or earlier", "DATE"),
        ("author", "only documents whose author's name has this in it", "NAME"),
        ("language", "only documents in this language, such as en or de", "CODE"),
        ("name", 'only documents whose name has this in it, or fits "2024*.pdf"', "NAME"),
    ):
        parser.add_argument(f"--{flag}", dest=f"only_{flag}", metavar=metavar, help=text)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="JSON on stdout")


if __name__ == "__main__":
    sys.exit(main())
