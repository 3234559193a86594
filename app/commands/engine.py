"""engine: the language model alone, for another process or machine of this company."""

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from app.answering.chat_model import engine_options
from app.commands.output import settings_of
from app.engine.confining import keep_to_files
from app.engine.models import default_chat_model


def engine(arguments: Namespace) -> int:
    """Serve the OpenAI protocol on 127.0.0.1, or on the address given, until a signal."""
    settings = settings_of(
        arguments,
        engine={
            "model": Path(arguments.model) if arguments.model else None,
            "parallel": arguments.parallel,
            "context": arguments.context,
            "gpu_layers": arguments.gpu_layers,
            "threads": arguments.threads,
            "lora": tuple(arguments.lora) if arguments.lora else None,
        },
    )
    options = engine_options(settings.engine, default_chat_model(settings), port=arguments.port)
    reason = keep_to_files(options)
    # Only now: its libraries start threads, which would keep the files of the user.
    from app.engine.server import log_line, run_engine

    if reason:
        log_line(f"not kept to its model's files: {reason}")
    run_engine(replace(options, host=arguments.host) if arguments.host else options)
    return 0
