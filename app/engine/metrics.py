"""The engine's counters, in Prometheus' text format."""

import bisect
from collections.abc import Iterator, Sequence

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
TOKENS = (0, 16, 64, 128, 256, 512, 1024, 2048, 4096, 8192)
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class Value:
    """A number that goes up (counter) or both ways (gauge)."""

    def __init__(self, name: str, kind: str, text: str) -> None:
        self.name, self._kind, self._text = name, kind, text
        self.value = 0.0

    def add(self, amount: float = 1) -> None:
        self.value += amount

    def set(self, value: float) -> None:
        self.value = value

    def lines(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self._text}"
        yield f"# TYPE {self.name} {self._kind}"
        yield f"{self.name} {self.value:g}"


class Histogram:
    """How often a measure fell below each of some limits."""

    def __init__(self, name: str, text: str, limits: Sequence[float]) -> None:
        self.name, self._text, self._limits = name, text, tuple(limits)
        self._counts = [0] * (len(self._limits) + 1)
        self.total = 0.0
        self.count = 0

    def observe(self, value: float) -> None:
        self._counts[bisect.bisect_left(self._limits, value)] += 1
        self.total += value
        self.count += 1

    def lines(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self._text}"
        yield f"# TYPE {self.name} histogram"
        below = 0
        for limit, count in zip(self._limits, self._counts, strict=False):
            below += count
            yield f'{self.name}_bucket{{le="{limit:g}"}} {below}'
        yield f'{self.name}_bucket{{le="+Inf"}} {self.count}'
        yield f"{self.name}_sum {self.total:g}"
        yield f"{self.name}_count {self.count}"


class Metrics:
    """Written by the owner thread, read by the HTTP face."""

    def __init__(self) -> None:
        self._all: list[Value | Histogram] = []
        self.tokens_in = self._counter("prompt_tokens_total", "Tokens of accepted prompts")
        self.tokens_computed = self._counter(
            "prompt_tokens_computed_total", "Prompt tokens that were computed, not shared"
        )
        self.tokens_shared = self._counter(
            "prompt_tokens_shared_total", "Prompt tokens that were shared with another sequence"
        )
        self.tokens_out = self._counter("completion_tokens_total", "Tokens generated")
        self.guessed = self._counter("guessed_tokens_total", "Tokens guessed from the prompt")
        self.guessed_right = self._counter(
            "guessed_tokens_right_total", "Guessed tokens that were chosen"
        )
        self.requests = self._counter("requests_total", "Requests accepted")
        self.aborted = self._counter("requests_aborted_total", "Requests whose client went away")
        self.refused = self._counter("requests_refused_total", "Requests told that we are busy")
        self.failed = self._counter("requests_failed_total", "Requests that ended in an error")
        self.evicted = self._counter("sequences_evicted_total", "Kept sequences that gave way")
        self.steps = self._counter("steps_total", "Calls of the model")
        self.waiting = self._gauge("requests_waiting", "Requests in the queue")
        self.running = self._gauge("requests_running", "Requests being answered")
        self.kept = self._gauge("sequences_kept", "Finished sequences kept for their starts")
        self.cells = self._gauge("kv_cells", "Tokens that fit into the KV cache")
        self.cells_used = self._gauge("kv_cells_used", "Tokens in the KV cache")
        self.cells_promised = self._gauge(
            "kv_cells_promised", "Cells that running requests may still fill"
        )
        self.batch = self._histogram("batch_size_tokens", "Tokens computed in one step", ROWS)
        self.hit = self._histogram("shared_start_tokens", "Length of the shared start", TOKENS)
        self.first = self._histogram("time_to_first_token_seconds", "From arrival", SECONDS)
        self.each = self._histogram("time_per_token_seconds", "Between two tokens", SECONDS)

    def text(self) -> str:
        return "\n".join(line for one in self._all for line in one.lines()) + "\n"

    def _counter(self, name: str, text: str) -> Value:
        return self._add(Value(f"strongroom_{name}", "counter", text))

    def _gauge(self, name: str, text: str) -> Value:
        return self._add(Value(f"strongroom_{name}", "gauge", text))

    def _histogram(self, name: str, text: str, limits: Sequence[float]) -> Histogram:
        one = Histogram(f"strongroom_{name}", text, limits)
        self._all.append(one)
        return one

    def _add(self, one: Value) -> Value:
        self._all.append(one)
        return one
