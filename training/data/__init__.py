"""Pictures to learn from: reading folders of them, making their small versions, cutting batches."""
