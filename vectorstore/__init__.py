"""The document catalogue, the vector index and the embedder: everything that finding needs."""
