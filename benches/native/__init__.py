"""Lenslet's peers outside of the browser, each a program that runs a network whenever it is asked to."""
