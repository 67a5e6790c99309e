"""Tests of the peers, on networks of a few channels."""
