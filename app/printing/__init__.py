"""Paged documents as PDF files."""
