"""A module for each output format: a function from a Report to text."""
