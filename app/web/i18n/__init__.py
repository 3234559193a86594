"""The words of the web pages: one TOML file per language, and the typed values it is read into."""
