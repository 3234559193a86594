"""Codes of an authenticator app (TOTP, RFC 6238), which a person shows beside their password."""

import hmac
from dataclasses import dataclass, field

import pyotp

_STEP_S = 30
_AROUND = 1  # steps before and after: clocks differ, and people type slowly


def make_secret() -> str:
    """A new secret, 160 bits in base 32: what somebody types into the app."""
    return pyotp.random_base32()


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """One person's secret."""

    secret: str = field(repr=False)

    def address(self, name: str) -> str:
        """The same as an address that apps understand (otpauth://)."""
        return pyotp.TOTP(self.secret).provisioning_uri(name=name, issuer_name="Strongroom")

    def step_of(self, code: str, now: float) -> int | None:
        """The half minute, counted from 1970, whose code this is; None for a wrong one."""
        typed = "".join(code.split())
        if not typed.isascii():
            return None
        codes, here = pyotp.TOTP(self.secret), int(now) // _STEP_S
        for step in range(here - _AROUND, here + _AROUND + 1):
            if hmac.compare_digest(codes.generate_otp(step), typed):
                return step
        return None
