"""The commands of `python -m training`, each with `add_arguments` and `run`."""
