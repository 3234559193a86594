"""The index as others' chains see it."""

from word_embedder import WordEmbedder, chunks, document

from vectorstore.index import Index
from vectorstore.retriever import IndexEmbeddings, IndexRetriever


def test_langchain_finds_what_the_index_finds(index: Index):
    index.put(document("leave.pdf"), chunks("Annual leave is 28 days.", heading="Leave"))
    index.put(document("meals.pdf"), chunks("Meals are paid."))
    index.put(document("plan.pdf", "board"), chunks("Annual leave will be cut."))
    retriever = IndexRetriever(index=index, spaces=["general"], k=1)
    (found,) = retriever.invoke("annual leave")
    assert found.page_content == "Annual leave is 28 days."
    assert found.metadata["document"] == "leave.pdf"
    assert found.metadata["heading"] == "Leave"
    assert found.id is not None
    stored = index.chunk(found.id)
    assert stored is not None
    assert stored.text == found.page_content
    (only,) = IndexRetriever(index=index, spaces=["general"], documents=["meals.pdf"]).invoke("x")
    assert only.metadata["document"] == "meals.pdf"


def test_langchain_gets_the_vectors_of_the_index():
    embedder = WordEmbedder()
    embeddings = IndexEmbeddings(embedder)
    texts = ["Annual leave is 28 days.", "Meals are paid."]
    told = [reading.vector.tolist() for reading in embedder.read(texts)]
    assert embeddings.embed_documents(texts) == told
    assert embeddings.embed_query("leave") == embedder.read_question("leave").vector.tolist()
