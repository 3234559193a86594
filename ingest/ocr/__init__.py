"""Recognises the words of pictures: scans, photographs, pages whose fonts cannot be decoded."""
