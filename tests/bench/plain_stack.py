"""The stack that everybody builds, as the baseline that ours is compared with.

pypdf and its like, 1,000-character chunks with 200 overlap, all-MiniLM-L6-v2 through
sentence-transformers, Chroma, the four nearest chunks into "answer from the context", and
llama-cpp-python's chat call. Nothing of ours takes part in it but the type of a hit.

Run it to see its retrieval on a question file, dense as usual, and for comparison with BM25 and
with both fused:

    python tests/bench/plain_stack.py FOLDER QUESTIONS.jsonl
"""

import argparse
import email
import email.policy
import os
import re
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vectorstore.records import Hit

TOP_CHUNKS = 4
FUSION_K = 60
PROMPT = (
    "Use the following pieces of context to answer the question at the end. If you don't know "
    "the answer, just say that you don't know, don't try to make up an answer.\n\n{context}\n\n"
    "Question: {question}\nHelpful Answer:"
)
_ENGLISH_NO = re.compile(
    r"(?i)\b(?:do(?:es)? ?n[o']?t (?:know|contain|mention|provide|specify|state)|not (?:mentioned|"
    r"provided|specified|stated|given|found|clear|possible to)|no (?:information|mention|answer)|"
    r"cannot (?:answer|be (?:answered|determined|found))|can't (?:answer|find)|unable to)"
)


@dataclass(frozen=True)
class Counts:
    """What one ingest read and stored."""

    files: int
    chunks: int
    characters: int


def read_chunks(root: Path) -> tuple[list[Hit], Counts]:
    """The pages of every file below `root` that the loaders know, 1,000 characters a chunk."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    files = [path for path in sorted(root.rglob("*")) if path.suffix.lower() in LOADERS]
    chunks: list[Hit] = []
    characters = 0
    for path in files:
        name = path.relative_to(root).as_posix()
        for page, text in enumerate(LOADERS[path.suffix.lower()](path), start=1):
            characters += len(text)
            for piece in splitter.split_text(text):
                number = len(chunks)
                chunks.append(Hit(name, page, "", piece, 0.0, str(number), "", number))
    return chunks, Counts(len(files), len(chunks), characters)


class PlainStack:
    """One Chroma collection with the sentence-transformers embedder in front of it."""

    def __init__(self, folder: Path, embedder_folder: Path) -> None:
        os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
        import chromadb
        from sentence_transformers import SentenceTransformer

        self._embedder = SentenceTransformer(str(embedder_folder), device="cpu")
        client = chromadb.PersistentClient(str(folder))
        self._collection = client.get_or_create_collection(
            "documents", embedding_function=None, metadata={"hnsw:space": "cosine"}
        )

    def ingest(self, root: Path) -> Counts:
        """Read, split, embed and add every file below `root` that the loaders know."""
        chunks, counts = read_chunks(root)
        vectors = self._embedder.encode([chunk.text for chunk in chunks], show_progress_bar=False)
        for start in range(0, len(chunks), 5_000):
            part = chunks[start : start + 5_000]
            self._collection.add(
                ids=[chunk.chunk_id for chunk in part],
                embeddings=vectors[start : start + 5_000],
                documents=[chunk.text for chunk in part],
                metadatas=[{"document": chunk.document, "page": chunk.page} for chunk in part],
            )
        return counts

    def search(
        self, question: str, documents: Sequence[str] | None = None, k: int = TOP_CHUNKS
    ) -> list[Hit]:
        """The `k` nearest chunks, best first."""
        answer = self._collection.query(
            query_embeddings=self._embedder.encode([question], show_progress_bar=False),
            n_results=min(k, self._collection.count()),
            where={"document": {"$in": list(documents)}} if documents else None,
            include=["documents", "metadatas", "distances"],
        )
        found = zip(
            answer["ids"][0],
            answer["documents"][0],
            answer["metadatas"][0],
            answer["distances"][0],
            strict=True,
        )
        return [
            Hit(place["document"], place["page"], "", text, 1 - distance, number, "", int(number))
            for number, text, place, distance in found
        ]


class PlainAnswers:
    """llama-cpp-python's chat call over the nearest chunks."""

    def __init__(self, stack: PlainStack, model: Path, threads: int | None = None) -> None:
        from llama_cpp import Llama

        self._stack = stack
        self._model = Llama(str(model), n_ctx=4096, n_threads=threads, verbose=False)

    def ask(self, question: str, documents: Sequence[str] | None = None) -> str:
        """The model's words."""
        context = "\n\n".join(hit.text for hit in self._stack.search(question, documents))
        reply = self._model.create_chat_completion(
            [{"role": "user", "content": PROMPT.format(context=context, question=question)}],
            max_tokens=256,
            temperature=0,
        )
        return str(reply["choices"][0]["message"]["content"]).strip()


def refuses(answer: str) -> bool:
    """Whether the words of an answer say that the context does not hold it (read generously)."""
    return not answer.strip() or bool(_ENGLISH_NO.search(answer.replace("’", "'")))


class KeywordSearch:
    """BM25 over the same chunks: SQLite FTS5 with its Porter stemmer, any word may match."""

    def __init__(self, chunks: Sequence[Hit]) -> None:
        self._chunks = chunks
        self._database = sqlite3.connect(":memory:")
        self._database.execute("CREATE VIRTUAL TABLE t USING fts5(text, tokenize='porter')")
        self._database.executemany(
            "INSERT INTO t(rowid, text) VALUES (?, ?)",
            [(number, chunk.text) for number, chunk in enumerate(chunks)],
        )

    def search(self, question: str, k: int) -> list[Hit]:
        """The `k` best chunks, best first."""
        query = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))
        rows = self._database.execute(
            "SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t) LIMIT ?", (query, k)
        )
        return [self._chunks[number] for (number,) in rows]


def fused(rankings: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Reciprocal rank fusion (Cormack et al., 2009) with k = 60."""
    scores: defaultdict[str, float] = defaultdict(float)
    hits: dict[str, Hit] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, start=1):
            scores[hit.chunk_id] += 1 / (FUSION_K + rank)
            hits.setdefault(hit.chunk_id, hit)
    return [hits[number] for number in sorted(scores, key=lambda number: -scores[number])]


def _pdf(path: Path) -> list[str]:
    import pypdf

    return [page.extract_text() for page in pypdf.PdfReader(path).pages]


def _docx(path: Path) -> list[str]:
    import docx

    document = docx.Document(str(path))
    rows = [
        "\t".join(cell.text for cell in row.cells)
        for table in document.tables
        for row in table.rows
    ]
    return ["\n\n".join([paragraph.text for paragraph in document.paragraphs] + rows)]


def _pptx(path: Path) -> list[str]:
    import pptx

    return [
        "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        for slide in pptx.Presentation(str(path)).slides
    ]


def _xlsx(path: Path) -> list[str]:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    return [
        "\n".join(
            "\t".join("" if cell is None else str(cell) for cell in row)
            for row in sheet.iter_rows(values_only=True)
        )
        for sheet in book.worksheets
    ]


def _html(path: Path) -> list[str]:
    from lxml import html

    tree = html.fromstring(path.read_bytes())
    for element in tree.xpath("//script | //style"):
        element.drop_tree()
    return ["\n".join(tree.itertext())]


def _text(path: Path) -> list[str]:
    return [path.read_text(encoding="utf-8", errors="replace")]


def _email(path: Path) -> list[str]:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    return [f"{message['subject']}\n\n{body.get_content() if body else ''}"]


LOADERS = {
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".xlsx": _xlsx,
    ".html": _html,
    ".htm": _html,
    ".md": _text,
    ".txt": _text,
    ".csv": _text,
    ".eml": _email,
}


def main() -> None:
    """Print recall of dense search, BM25 and both fused over the same chunks."""
    from app.answering.evaluation.questions import read_questions
    from app.answering.evaluation.retrieval import METRICS, retrieval_metrics

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, help="documents")
    parser.add_argument("questions", type=Path, help="question file")
    parser.add_argument("--embedder", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    arguments = parser.parse_args()
    questions = [q for q in read_questions(arguments.questions) if q.answerable and q.evidence]
    with tempfile.TemporaryDirectory() as folder:
        stack = PlainStack(Path(folder), arguments.embedder)
        print(stack.ingest(arguments.folder))
        keywords = KeywordSearch(read_chunks(arguments.folder)[0])
        totals: dict[str, defaultdict[str, float]] = {}
        for question in questions:
            dense = stack.search(question.question, k=100)
            bm25 = keywords.search(question.question, 100)
            for name, ranking in (
                ("dense", dense),
                ("BM25", bm25),
                ("fused", fused([dense, bm25])),
            ):
                sums = totals.setdefault(name, defaultdict(float))
                for metric, value in retrieval_metrics(question, ranking).items():
                    sums[metric] += value / len(questions)
    print(" " * 8, *(f"{metric:>10}" for metric in METRICS))
    for name, sums in totals.items():
        print(f"{name:8}", *(f"{sums[metric]:10.3f}" for metric in METRICS))


if __name__ == "__main__":
    main()
