"""The kinds of check: each judges one `Service` after the parameters that a rule pack gives."""
