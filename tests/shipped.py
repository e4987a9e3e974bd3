"""The classifier as it is shipped, read once: it is frozen, and a quarter of a second's reading."""

from functools import cache

from models.triage.classifier import Classifier


@cache
def classifier() -> Classifier:
    """Give the one that all tests share."""
    return Classifier.load()
