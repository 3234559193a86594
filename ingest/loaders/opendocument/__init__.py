"""OpenDocument files: texts, sheets and slides of LibreOffice and others (ISO/IEC 26300)."""
