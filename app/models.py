"""Which models there are."""
import sys
from pathlib import Path
STARTER_CHAT = "SmolLM2-135M-Instruct-Q8_0.gguf"
def installed_models_dir() -> Path:
    return Path(sys.prefix) / "share" / "strongroom" / "models"
