"""Watched sources: places whose files a space follows, and how it keeps in step with them."""
