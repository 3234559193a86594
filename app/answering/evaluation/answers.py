"""How good an answer is: its words, its citations, and whether it should have been given."""

from collections.abc import Iterable, Sequence

from app.answering.evaluation.hits import is_hit, reached, same_document, shares_text
from app.answering.evaluation.normalise import contains_answer, exact_match, number_match, token_f1
from app.answering.evaluation.quantities import SCALE, numerals, quantities
from app.answering.evaluation.questions import Place, Question
from app.answering.events import Answer, Citation
from vectorstore.records import Hit

METRICS = (
    "right",
    "parts_held",
    "rows_held",
    "computation_right",
    "exact_match",
    "f1",
    "containment",
    "number_match",
    "citation_correct",
    "citation_precision",
    "evidence_in_prompt",
    "numbers_held",
    "found_when_answerable",
    "abstained_when_unanswerable",
)


def answer_metrics(question: Question, answer: Answer) -> dict[str, float]:
    """Those of METRICS that need no expectation, as far as this question has them; 0 to 1 each.

    Answerable: `found_when_answerable`; with accepted answers `exact_match`, `f1`, `containment`
    and, if these hold numbers or dates, `number_match`; a refusal counts as empty words. Not
    answerable: `abstained_when_unanswerable`.

    Of answers given to answerable questions with evidence: `citation_correct` is 1 if every need
    is met by a citation, `citation_precision` is the share of the citations that meet one. Of
    all answers with supported sentences: `numbers_held` is the share of these whose numbers all
    stand in the passages that they cite; anything below 1 is a defect.
    """
    if not question.answerable:
        metrics = {"abstained_when_unanswerable": float(not answer.found)}
    else:
        metrics = {"found_when_answerable": float(answer.found)}
        metrics |= word_metrics(answer_words(answer), question.answers)
        if answer.found and question.evidence:
            metrics |= _citation_metrics(question, answer)
    if answer.found:
        supported = [sentence for sentence in answer.sentences if sentence.supported]
        if supported:
            absent = len(sentences_with_foreign_numbers(answer))
            metrics["numbers_held"] = 1 - absent / len(supported)
    return metrics


def evidence_in_prompt(question: Question, given: Sequence[Answer]) -> float | None:
    """The share of the needs that reached the model's window, 0 to 1; None without evidence.

    `given` are the answers of all turns: the window still holds what earlier ones were shown.
    """
    if not question.answerable or not question.evidence:
        return None
    shown = [hit for answer in given for _, hit in answer.shown()]
    met = [reached(shown, need, question.answers) for need in question.evidence]
    return sum(met) / len(met)


def failed_metrics(question: Question) -> dict[str, float]:
    """What a question scores that ended in an error instead of an answer: nothing."""
    if not question.answerable:
        return {"abstained_when_unanswerable": 0.0}
    return {"found_when_answerable": 0.0} | word_metrics("", question.answers)


def word_metrics(words: str, accepted: Sequence[str]) -> dict[str, float]:
    """`exact_match`, `f1`, `containment` and, where it applies, `number_match`; {} for nothing."""
    if not accepted:
        return {}
    metrics = {
        "exact_match": exact_match(words, accepted),
        "f1": token_f1(words, accepted),
        "containment": contains_answer(words, accepted),
    }
    numbers = number_match(words, accepted)
    return metrics if numbers is None else metrics | {"number_match": numbers}


def answer_words(answer: Answer) -> str:
    """What the answer says, without citation marks; "" for a refusal."""
    if not answer.found:
        return ""
    return " ".join(sentence.text for sentence in answer.sentences)


def sentences_with_foreign_numbers(answer: Answer) -> list[str]:
    """Sentences shown as supported that have a number or date absent from all they cite.

    It may be written otherwise there, in words, in digits or as another form of the date; and a
    scale such as "million" may stand elsewhere in the passage, as it does above a table.
    """
    cited = {citation.n: citation for citation in answer.citations}
    passages = {hit.chunk_id: hit for hit in answer.passages}
    foreign = []
    for sentence in answer.sentences:
        if not sentence.supported:
            continue
        text = "\n".join(
            _cited_text(citation, passages.get(citation.chunk_id))
            for number in sentence.citations
            if (citation := cited.get(number))
        )
        if not _holds_numbers(text, sentence.text):
            foreign.append(sentence.text)
    return foreign


def _holds_numbers(text: str, sentence: str) -> bool:
    held = quantities(text) | numerals(text)
    if "1" not in sentence:
        held |= {"1"}  # "one" is mostly no number
    scales = set(SCALE.findall(text.casefold()))
    bare = SCALE.sub(lambda match: "" if match[1] in scales else match[0], sentence.casefold())
    return quantities(sentence) <= held or quantities(bare) <= held


def area_under_curve(positive: Iterable[float], negative: Iterable[float]) -> float | None:
    """How often a positive lies above a negative, ties counting half; None without a pair."""
    above, below = sorted(positive), sorted(negative)
    if not above or not below:
        return None
    wins = 0.0
    lower = equal = 0
    for value in above:
        while lower < len(below) and below[lower] < value:
            lower += 1
        equal = max(equal, lower)
        while equal < len(below) and below[equal] == value:
            equal += 1
        wins += lower + (equal - lower) / 2
    return wins / (len(above) * len(below))


def _citation_metrics(question: Question, answer: Answer) -> dict[str, float]:
    passages = {hit.chunk_id: hit for hit in answer.passages}
    met = [
        [
            any(
                _points_at(citation, passages.get(citation.chunk_id), place, question.answers)
                for place in need
            )
            for need in question.evidence
        ]
        for citation in answer.citations
    ]
    needs_met = [any(row[number] for row in met) for number in range(len(question.evidence))]
    return {
        "citation_correct": float(all(needs_met)),
        "citation_precision": sum(any(row) for row in met) / len(met) if met else 0.0,
    }


def _points_at(
    citation: Citation, passage: Hit | None, place: Place, answers: Sequence[str]
) -> bool:
    """Whether a reader who opens the citation sees the evidence: on its page, or in its passage."""
    if not same_document(citation.document, place.document):
        return False
    if place.page is not None and citation.page == place.page:
        return True
    if passage is not None:
        return is_hit(passage, place, answers)
    if place.text:
        return shares_text(citation.quote, place.text, answers)
    return place.page is None


def _cited_text(citation: Citation, passage: Hit | None) -> str:
    return f"{citation.heading}\n{citation.quote}\n{passage.text if passage else ''}"
