"""The switches that keep every library from calling out; set before any of them is imported."""

import os

# Each library's own "do not call out": telemetry, version checks, hubs, hosted tracing.
SWITCHES = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_SHARE": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_SAFETENSORS_CONVERSION": "1",
    # The official builds of ONNX Runtime upload through a libcurl of their own, from C++, where
    # nothing in Python sees it; read once, when the library is loaded.
    "ORT_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "OTEL_SDK_DISABLED": "true",
    "TOKENIZERS_PARALLELISM": "false",
}
# Variables that would switch a hosted service on.
UNSET = (
    "LANGCHAIN_TRACING",
    "LANGSMITH_TRACING_V2",
    "LANGSMITH_API_KEY",
    "LANGCHAIN_API_KEY",
    "LANGSMITH_ENDPOINT",
    "LANGCHAIN_ENDPOINT",
    "LANGSMITH_RUNS_ENDPOINTS",
    "LANGCHAIN_RUNS_ENDPOINTS",
    "LANGSMITH_OTEL_ENABLED",
    "OTEL_ENABLED",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "CHROMA_OTEL_COLLECTION_ENDPOINT",
)
# The way to a model's public repository: of use to `strongroom models fetch` alone.
REPOSITORY = ("HF_ENDPOINT", "HF_TOKEN")
# A forwarder on this very machine would be on loopback, and so let everything out.
PROXIES: tuple[str, ...] = tuple(
    name
    for scheme in ("http", "https", "all", "ftp", "socks")
    for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")
)


def work_offline(*, fetching: bool = False) -> None:
    """Set all of them in this process and its children; `fetching` keeps the way to models."""
    os.environ.update(SWITCHES)
    for name in UNSET if fetching else (*UNSET, *REPOSITORY, *PROXIES):
        os.environ.pop(name, None)
