"""Deleting documents so that they are gone: rules, holds, the search for what is left, receipts."""
