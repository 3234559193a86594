"""A run over a question file: what it reports, and how two runs are compared."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.answering.evaluation.compare import ReportError, compare, comparison_table, read_report
from app.answering.evaluation.questions import Place, Question, QuestionFileError
from app.answering.evaluation.report import Report, evaluate, table
from app.answering.events import Answer
from app.answering.followup import Exchange
from vectorstore.records import Hit

Make = Callable[..., Answer]
MakeHit = Callable[..., Hit]


def questions(count: int) -> list[Question]:
    """Half of them answerable; the answer of q4 is "n4", in d4.pdf."""
    return [
        Question(f"q{n}", f"{n}?", (f"n{n}",), True, ((Place(f"d{n}.pdf"),),))
        if n % 2 == 0
        else Question(f"q{n}", f"{n}?", (), False)
        for n in range(count)
    ]


def searching(hit: MakeHit, *, fails_on: Sequence[int] = ()) -> Callable[..., list[Hit]]:
    def search(question: Question, words: str) -> list[Hit]:
        number = int(words.rstrip("?"))
        return [hit("x", document="x.pdf" if number in fails_on else f"d{number}.pdf")]

    return search


def answering(answer: Make, *, finds: Callable[[int], bool]) -> Callable[..., Answer]:
    def ask(question: Question) -> Answer:
        number = int(question.question.rstrip("?"))
        found = finds(number)
        return answer(f"n{number}", found=found, confidence=0.8 if found else 0.3, supported=False)

    return ask


def test_the_report_holds_means_and_one_row_a_question(answer: Make, hit: MakeHit) -> None:
    calls: list[tuple[int, int]] = []
    report = evaluate(
        questions(8),
        searching(hit, fails_on=[0]),
        answering(answer, finds=lambda n: n in (1, 2, 4, 6)),
        lambda done, total: calls.append((done, total)),
    )
    assert report["retrieval"]["recall@1"] == 0.75
    assert report["retrieval"]["recall@2k"] == 0.75
    assert report["answers"]["found_when_answerable"] == 0.75
    assert report["answers"]["abstained_when_unanswerable"] == 0.75
    assert report["answers"]["exact_match"] == report["answers"]["f1"] == 0.75
    assert report["answers"]["citation_correct"] == 0.0
    # 3 answerable at .8 against one at .8 and three at .3; one answerable at .3
    assert report["answers"]["decision_auc"] == pytest.approx((3 * 3.5 + 1.5) / 16)
    assert report["speed"]["total_s"] == {"median": 0.4, "p95": 0.4}
    assert [row["qid"] for row in report["questions"]] == [f"q{n}" for n in range(8)]
    assert calls == [(n, 8) for n in range(1, 9)]
    assert json.loads(json.dumps(report)) == report
    printed = table(report)
    assert "8 questions, 4 of them answerable" in printed
    assert "recall@2k" in printed


def test_finding_alone(hit: MakeHit) -> None:
    report = evaluate(questions(4), searching(hit))
    assert report["retrieval"]["mrr@10"] == 1.0
    assert report["answers"] == {}
    assert set(report["speed"]) == {"search_s"}


def test_a_conversation_is_searched_with_what_was_made_of_it(answer: Make, hit: MakeHit) -> None:
    asked = Question(
        "d", "And in Norway?", ("n0",), True, ((Place("d0.pdf"),),),
        earlier=(Exchange("How much is it in Spain?"),),
    )  # fmt: skip
    words: list[str] = []

    def search(question: Question, searched: str) -> list[Hit]:
        words.append(searched)
        return [hit("x", document="d0.pdf")]

    alone = evaluate([asked], search)
    assert alone["questions"][0]["searched"] == words[0] == "How much is it in Norway?"

    def ask(question: Question) -> Answer:
        return replace(answer("n0", supported=False), searched="How much is it in Norway?")

    both = evaluate([asked], search, ask)
    assert both["questions"][0]["searched"] == words[1] == "How much is it in Norway?"
    assert both["retrieval"]["recall@1"] == both["answers"]["containment"] == 1.0


def test_answers_alone_and_the_documents_are_passed_on(answer: Make) -> None:
    seen: list[Sequence[str] | None] = []

    def ask(question: Question) -> Answer:
        seen.append(question.documents)
        return answer("n0", supported=False)

    asked = Question("1", "?", ("n0",), True, documents=("a.pdf",))
    report = evaluate([asked], None, ask)
    assert seen == [("a.pdf",)]
    assert report["retrieval"] == {}
    assert report["answers"]["exact_match"] == 1.0


def test_an_error_with_words_fails_its_question_and_no_other(answer: Make, hit: MakeHit) -> None:
    def ask(question: Question) -> Answer:
        if question.question == "0?":
            raise QuestionFileError("the engine is down")
        return answer("n2", supported=False)

    report = evaluate(questions(3), searching(hit), ask)
    assert report["counts"] == {"questions": 3, "asked": 3, "answerable": 2, "failed": 1}
    assert report["questions"][0]["error"] == "the engine is down"
    assert report["answers"]["found_when_answerable"] == 0.5
    assert report["answers"]["f1"] == 0.5
    assert report["retrieval"]["recall@1"] == 1.0  # the search itself went well
    assert "q0: the engine is down" in table(report)


def test_a_failed_search_counts_as_not_found() -> None:
    def search(question: Question, words: str) -> list[Hit]:
        raise QuestionFileError("no index")

    assert evaluate(questions(3), search)["retrieval"]["recall@20"] == 0.0


def test_a_defect_is_raised(hit: MakeHit) -> None:
    def ask(question: Question) -> Answer:
        raise KeyError("defect")

    with pytest.raises(KeyError):
        evaluate(questions(2), searching(hit), ask)


def test_an_interrupted_run_reports_what_was_done(hit: MakeHit) -> None:
    def search(question: Question, words: str) -> list[Hit]:
        if words == "4?":
            raise KeyboardInterrupt
        return [hit("x")]

    report = evaluate(questions(8), search)
    assert report["counts"]["questions"] == 4
    assert "stopped early: 8 were to be asked" in table(report)


def two_reports(answer: Make, hit: MakeHit, better: int) -> tuple[Report, Report]:
    """B finds `better` of 30 answerable questions that A does not."""
    asked = questions(60)
    missed = range(0, 2 * better, 2)
    return (
        evaluate(
            asked,
            searching(hit, fails_on=missed),
            answering(answer, finds=lambda n: n % 2 == 0 and n not in missed),
        ),
        evaluate(asked, searching(hit), answering(answer, finds=lambda n: n % 2 == 0)),
    )


def test_a_difference_is_believed_only_when_it_is_one(answer: Make, hit: MakeHit) -> None:
    found = {d.metric: d for d in compare(*two_reports(answer, hit, better=15), resamples=2000)}
    recall = found["recall@1"]
    assert (recall.a, recall.b, recall.questions) == (0.5, 1.0, 30)
    # the standard error of 15 of 30 is .091: about .5 ± .18
    assert recall.low == pytest.approx(0.32, abs=0.03)
    assert recall.high == pytest.approx(0.68, abs=0.03)
    assert recall.verdict == "B is better"
    assert found["decision_auc"].verdict == "B is better"
    assert found["abstained_when_unanswerable"].verdict == "no difference that can be believed"

    small = {d.metric: d for d in compare(*two_reports(answer, hit, better=1), resamples=2000)}
    assert small["recall@1"].low == 0.0
    assert small["recall@1"].verdict == "no difference that can be believed"
    assert "no difference" in comparison_table(list(small.values()))


def test_comparing_is_repeatable_and_antisymmetric(answer: Make, hit: MakeHit) -> None:
    a, b = two_reports(answer, hit, better=8)
    there, back = compare(a, b, resamples=1000), compare(b, a, resamples=1000)
    assert there == compare(a, b, resamples=1000)
    for one, other in zip(there, back, strict=True):
        assert one.b - one.a == pytest.approx(other.a - other.b)
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=0.01)
    assert all(not d.believed for d in compare(a, a, resamples=100))


def test_only_common_questions_are_compared(answer: Make, hit: MakeHit) -> None:
    a, b = two_reports(answer, hit, better=2)
    a["questions"] = a["questions"][:10]
    recall = compare(a, b, resamples=100)[0]
    assert (recall.metric, recall.questions) == ("recall@1", 5)
    assert recall.verdict == "too few questions to tell"
    a["questions"] = []
    with pytest.raises(ReportError, match="share no question"):
        compare(a, b)


def test_a_report_survives_its_file_and_others_are_refused(tmp_path: Path, hit: MakeHit) -> None:
    report = evaluate(questions(2), searching(hit))
    path = tmp_path / "a.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    assert read_report(path) == report
    for text in ("", "[]", '{"questions": [{"qid": 1}]}', '{"questions": 3}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ReportError, match="is no report"):
            read_report(path)
    with pytest.raises(ReportError, match="cannot read"):
        read_report(tmp_path / "absent.json")
