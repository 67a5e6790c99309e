"""A training run: what it is told, what it remembers, what it minimises, and its loop."""
