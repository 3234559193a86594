"""What the same tokens would have cost at a service outside."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of services outside, in `currency`; `source` says whose and of when."""

    currency: str
    per_million_in: float  # tokens that are read
    per_million_out: float  # tokens that are written
    per_hour: float  # of a rented GPU that is always on
    tokens_source: str
    hour_source: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What some days of use would have cost."""

    by_token: float
    by_hour: float


def compare(*, prompt_tokens: int, completion_tokens: int, days: int, prices: Prices) -> Comparison:
    """The cost of these tokens where one pays per token, and of these days where per hour."""
    read = prompt_tokens * prices.per_million_in / 1e6
    written = completion_tokens * prices.per_million_out / 1e6
    return Comparison(by_token=read + written, by_hour=days * 24 * prices.per_hour)
