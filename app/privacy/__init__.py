"""What keeps everything on this machine, and what proves it."""

from app.privacy.switches import PROXIES, SWITCHES, UNSET

__all__ = ["PROXIES", "SWITCHES", "UNSET"]
