"""What is shipped of a run: the model file, its entry in the index and its card."""
