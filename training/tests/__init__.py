"""Tests of the recipe; quick, and needing nothing from outside the repository."""
