"""What keeps everything on this machine, and what proves it."""

from app.privacy.switches import PROXIES, SWITCHES, UNSET, work_offline

__all__ = ["PROXIES", "SWITCHES", "UNSET", "work_offline"]
