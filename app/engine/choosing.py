"""Chooses tokens with llama.cpp's samplers, and keeps them to a JSON schema where one is asked for.

Imported lazily, because llama_cpp loads a native library; used by the thread that owns the model.
"""

import ctypes
import json
import re
from typing import Any

import llama_cpp
import numpy as np
import numpy.typing as npt
from llama_cpp import llama_grammar

from .llama import CANDIDATE, EngineFault, Floats, Llama, reason
from .sampling import SamplingSpec

PENALTY_WINDOW = 64  # tokens of the answer that penalties look back on
LONGEST_GRAMMAR = 200_000  # characters; a larger one takes seconds a token
MOST_REPETITIONS = 20_000  # of parts of a schema; each takes ten characters of grammar and more
_REPEATS = ("minLength", "maxLength", "minItems", "maxItems")


class BadGrammar(ValueError):
    """The JSON schema cannot be turned into a grammar."""


class Sampler:
    """One request's state of choosing: random numbers drawn, penalties, place in the grammar."""

    def __init__(self, llama: Llama, spec: SamplingSpec) -> None:
        """Raises BadGrammar; a null grammar inside a chain would end the process."""
        self._llama = llama
        self._greedy = spec.plainly_greedy
        self._grammar: Any = None
        self._chain: Any = None
        if spec.grammar:
            self._grammar = llama_cpp.llama_sampler_init_grammar(
                llama.vocab, spec.grammar.encode(), b"root"
            )
            if not self._grammar:
                raise BadGrammar(f"the JSON schema has no usable grammar ({reason()})")
        if not self._greedy:
            self._chain = _chain(llama.n_vocab, spec)

    def sample(self, row: int) -> int:
        """Choose the token after batch row `row`. Raises EngineFault when a score is no number."""
        logits = self._llama.logits(row)
        if self._greedy:
            token = int(logits.argmax())
            if not np.isfinite(logits[token]):
                raise EngineFault("the model computed scores that are not numbers")
            return token
        if not np.isfinite(logits.max()):  # max() of an array with a NaN is NaN
            raise EngineFault("the model computed scores that are not numbers")
        token = self._choose(logits)
        if self._grammar and not self._allowed(token):
            # The grammar looks at a whole vocabulary only when the free choice broke it.
            token = self._choose(logits, constrained=True)
        if self._grammar:
            llama_cpp.llama_sampler_accept(self._grammar, token)
        llama_cpp.llama_sampler_accept(self._chain, token)
        return token

    def _choose(self, logits: Floats, *, constrained: bool = False) -> int:
        pool = self._llama.candidates
        pool["id"] = self._llama.token_ids
        pool["logit"] = logits
        pool["p"] = 0
        array = _candidates(pool)
        if constrained:
            llama_cpp.llama_sampler_apply(self._grammar, ctypes.byref(array))
            if not np.isfinite(pool["logit"].max()):
                raise BadGrammar("the JSON schema leads to a place where no token can follow")
        llama_cpp.llama_sampler_apply(self._chain, ctypes.byref(array))
        if not 0 <= array.selected < array.size:
            raise EngineFault("the sampler chose nothing")
        return int(array.data[array.selected].id)

    def _allowed(self, token: int) -> bool:
        one = np.array([(token, 0.0, 0.0)], CANDIDATE)
        array = _candidates(one)
        llama_cpp.llama_sampler_apply(self._grammar, ctypes.byref(array))
        return bool(np.isfinite(one["logit"][0]))

    def close(self) -> None:
        for part in (self._chain, self._grammar):
            if part:
                llama_cpp.llama_sampler_free(part)
        self._chain = self._grammar = None


def _candidates(pool: npt.NDArray[np.void]) -> Any:
    data = ctypes.cast(pool.ctypes.data, llama_cpp.llama_token_data_p)
    return llama_cpp.llama_token_data_array(data, len(pool), -1, False)


def _chain(n_vocab: int, spec: SamplingSpec) -> Any:
    chain = llama_cpp.llama_sampler_chain_init(llama_cpp.llama_sampler_chain_default_params())
    parts = []
    if spec.penalised:
        parts.append(
            llama_cpp.llama_sampler_init_penalties(
                n_vocab,
                PENALTY_WINDOW,
                spec.repeat_penalty,
                spec.frequency_penalty,
                spec.presence_penalty,
            )
        )
    if spec.temperature <= 0:
        parts.append(llama_cpp.llama_sampler_init_greedy())
    else:
        if spec.top_k > 0:
            parts.append(llama_cpp.llama_sampler_init_top_k(spec.top_k))
        if spec.top_p < 1:
            parts.append(llama_cpp.llama_sampler_init_top_p(spec.top_p, 1))
        if spec.min_p > 0:
            parts.append(llama_cpp.llama_sampler_init_min_p(spec.min_p, 1))
        parts.append(llama_cpp.llama_sampler_init_temp(spec.temperature))
        parts.append(llama_cpp.llama_sampler_init_dist(spec.seed))
    for part in parts:
        llama_cpp.llama_sampler_chain_add(chain, part)
    return chain


def _repetitions(schema: Any) -> int:
    """How often, about, the converter writes down what `schema` says is repeated.

    It writes each repetition out, so a schema of 100 bytes becomes gigabytes; the length of its
    text can be looked at only when it is whole.
    """
    count, left = 0, [schema]
    while left:
        part = left.pop()
        if isinstance(part, list):
            left += part
        elif isinstance(part, dict):
            optional = len(part["properties"]) if isinstance(part.get("properties"), dict) else 0
            count += 1 + optional * optional // 8  # each optional property names all later ones
            count += sum(
                min(abs(part[name]), MOST_REPETITIONS + 1)
                for name in _REPEATS
                if isinstance(part.get(name), int | float)
            )
            if isinstance(part.get("pattern"), str):
                count += _repeated(part["pattern"])
            left += part.values()
        if count > MOST_REPETITIONS:
            break
    return int(count)


def _repeated(pattern: str) -> int:
    """The product of a pattern's counts in braces: they may stand inside each other."""
    product = 1
    for numbers in re.findall(r"\{([^{}]*)\}", pattern):
        most = max((int(one[:9]) for one in re.findall(r"[0-9]+", numbers)), default=1)
        product *= max(most, 1)
        if product > MOST_REPETITIONS:
            break
    return product


def grammar_for(schema: dict[str, Any]) -> str:
    """A grammar of the JSON texts that `schema` describes. Raises BadGrammar."""
    if _repetitions(schema) > MOST_REPETITIONS:
        raise BadGrammar("the JSON schema is too large; shorten its lists and repetitions")
    try:
        grammar: str = llama_grammar.json_schema_to_gbnf(json.dumps(schema))
    except RecursionError:
        raise BadGrammar("the JSON schema is nested too deeply") from None
    except Exception as error:  # noqa: BLE001 - the converter raises whatever the schema trips over
        raise BadGrammar(f"the JSON schema is not usable: {error}") from None
    if len(grammar) > LONGEST_GRAMMAR:
        raise BadGrammar("the JSON schema is too large; shorten its lists and repetitions")
    return grammar


def check_grammar(llama: Llama, grammar: str) -> None:
    """Raises BadGrammar unless llama.cpp can follow `grammar`."""
    Sampler(llama, SamplingSpec(temperature=0, grammar=grammar)).close()
