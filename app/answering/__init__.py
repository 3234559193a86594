"""From passages and a model's draft to an answer that holds: support, quotations, refusals."""
