"""Makes the centre of an embedder whose vectors all lie in one narrow cone.

    python tests/bench/centre.py MODEL_FOLDER TEXTS OTHER_TEXTS… > vectorstore/centres/NAME.json

Each TEXTS is a folder of Markdown in one language. The same number of paragraphs is taken of each,
by chance with a fixed seed, and the first sentence of each as a question. What is printed are the
means of the vectors and of the token vectors, for questions and for documents.
"""

import argparse
import json
import re
from pathlib import Path

import numpy as np

from vectorstore.embedder import CENTRE, Reading, Vector
from vectorstore.embedder_onnx import OnnxEmbedder

PARAGRAPHS = 250  # of each folder
LENGTHS = range(80, 900)  # characters
QUESTION = 120  # characters


def main() -> None:
    """Print the centre as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path, help="folder of the embedder")
    parser.add_argument("texts", type=Path, nargs="+", help="a folder for each language")
    given = parser.parse_args()
    if (given.model / CENTRE).exists():
        raise SystemExit(f"{given.model / CENTRE} is there: take it away first")
    embedder = OnnxEmbedder(given.model)
    chosen = [_paragraphs(folder) for folder in given.texts]
    means = {
        "query": [
            _means([embedder.read_question(_first_sentence(one)) for one in texts])
            for texts in chosen
        ],
        "document": [_means(embedder.read(texts)) for texts in chosen],
    }
    about = f"means over {PARAGRAPHS} paragraphs of each language, made by tests/bench/centre.py"
    centre: dict[str, object] = {"about": about}
    for kind, of_folders in means.items():
        for name, number in ((kind, 0), (f"{kind}_tokens", 1)):
            middle = np.mean([pair[number] for pair in of_folders], axis=0)
            centre[name] = [round(float(value), 4) for value in middle]
    print(json.dumps(centre))


def _paragraphs(folder: Path) -> list[str]:
    found = [
        paragraph
        for path in sorted(folder.rglob("*.md"))
        for paragraph in re.split(r"\n[ \t]*\n", path.read_text(encoding="utf-8"))
        if len(paragraph) in LENGTHS and not paragraph.startswith(("```", "|"))
    ]
    order = np.random.default_rng(1).permutation(len(found))[:PARAGRAPHS]
    return [found[number] for number in order]


def _first_sentence(paragraph: str) -> str:
    return re.split(r"(?<=[.!?:])\s", paragraph.strip(), maxsplit=1)[0][:QUESTION]


def _means(readings: list[Reading]) -> tuple[Vector, Vector]:
    tokens = np.concatenate([reading.tokens for reading in readings])
    return np.mean([reading.vector for reading in readings], axis=0), tokens.mean(axis=0)


if __name__ == "__main__":
    main()
