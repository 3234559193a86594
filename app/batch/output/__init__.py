"""Results as they go out: tables, workbooks and reports."""
