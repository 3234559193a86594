"""A cross-encoder in a folder reorders what was found; any other folder is refused with words."""

import os
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
from word_embedder import WordEmbedder, chunks, document

from app.settings import load_settings
from app.workspace.checkup import check
from vectorstore.index import Index
from vectorstore.loading import load_reranker
from vectorstore.records import Hit
from vectorstore.rerank import RERANKED, RerankerError, rerank
from vectorstore.scope import Scope


def save_cross_encoder(folder: Path, labels: int = 1) -> Path:
    """A BERT of one small layer with random weights, as the libraries save one."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = "[PAD] [UNK] [CLS] [SEP] annual leave is 28 days the car park closes at 22 how".split()
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]",
        cls_token="[CLS]", sep_token="[SEP]", model_max_length=64,
    ).save_pretrained(folder)  # fmt: skip
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=64, num_labels=labels,
        initializer_range=1.0,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_cross_encoder(tmp_path_factory.mktemp("tiny-cross-encoder"))


def test_it_reads_question_and_passage_together_without_a_network(
    cross_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    reranker = load_reranker(cross_encoder)
    passages = ["annual leave is 28 days", "the car park closes at 22", "word " * 400]
    scores = reranker.scores("how annual leave", passages)
    assert len(set(scores)) == 3
    assert scores == pytest.approx(reranker.scores("how annual leave", passages), abs=1e-5)
    alone = [reranker.scores("how annual leave", [passage])[0] for passage in passages]
    assert scores == pytest.approx(alone, abs=1e-5)
    assert reranker.scores("the car park", passages) != pytest.approx(scores, abs=1e-5)
    assert reranker.scores("?", []) == []


def test_a_search_follows_its_order(cross_encoder: Path, tmp_path: Path) -> None:
    texts = ["annual leave is 28 days", "the car park closes at 22", "leave the car", "how is it"]
    plain = Index.open(tmp_path / "index", WordEmbedder())
    plain.put(document("leave"), chunks(*texts))
    before = plain.search("how annual leave is", Scope(("general",)), k=4).hits
    plain.close()
    reranker = load_reranker(cross_encoder)
    index = Index.open(tmp_path / "index", WordEmbedder(), reranker=reranker)
    found = index.search("how annual leave is", Scope(("general",)), k=4)
    index.close()
    said = dict(zip(texts, reranker.scores("how annual leave is", texts), strict=True))
    assert [hit.text for hit in found.hits] == sorted(texts, key=lambda text: -said[text])
    assert [hit.score for hit in found.hits] == [hit.score for hit in before]
    assert found.hits[0].signals["reranked"] == pytest.approx(max(said.values()), abs=1e-4)
    assert "rerank_s" in found.timings


class Backwards:
    """Implements `Reranker`: the last is the best."""

    name = "backwards"

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        return [float(number) for number in range(len(passages))]


def test_only_the_best_are_read_again() -> None:
    hits = [Hit("d", None, "", str(n), 100.0 - n, f"{n}", "s", n) for n in range(RERANKED + 5)]
    moved = rerank("?", hits, Backwards())
    assert [hit.position for hit in moved[:RERANKED]] == list(reversed(range(RERANKED)))
    assert moved[RERANKED:] == hits[RERANKED:]
    assert [hit.score for hit in moved] == [hit.score for hit in hits]


def test_a_folder_that_is_no_cross_encoder_is_refused_with_words(tmp_path: Path) -> None:
    with pytest.raises(RerankerError, match=r"config\.json"):
        load_reranker(tmp_path / "absent")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "config.json").write_text("{}")
    with pytest.raises(RerankerError, match="complete folder of a cross-encoder"):
        load_reranker(tmp_path / "broken")
    with pytest.raises(RerankerError, match="3 numbers"):
        load_reranker(save_cross_encoder(tmp_path / "three", labels=3))


def test_check_names_it(cross_encoder: Path, tmp_path: Path) -> None:
    def said(folder: Path) -> list[tuple[str, str]]:
        settings = load_settings({"home": tmp_path, "index": {"reranker": folder}})
        found = [finding for finding in check(settings) if "reranker" in finding.what]
        return [(finding.status, finding.what) for finding in found]

    ((status, what),) = said(cross_encoder)
    assert status == "ok"
    assert cross_encoder.name in what
    ((status, what),) = said(tmp_path / "absent")
    assert status == "failed"
    assert "absent" in what
