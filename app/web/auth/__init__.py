"""Who may come in: sign-in, cookies, tokens and headers."""
