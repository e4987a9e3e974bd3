"""The triage beside what scikit-learn gives out of the box: speed and macro-F1 in one run.

`python -m benchmarks.triage FILE.jsonl` trains both on the shipped corpus and measures them on labelled lines that
neither has seen: {"text", "label", "channel"?, "second_reader"?}; rows on which readers differ are left out. Without a
file a fifth of the corpus is held back, case by case.
"""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline, make_union

from models.policy import ChannelKind
from models.triage.channel import log_shares
from models.triage.classifier import Classifier
from models.triage.model import CLASSES, Model
from models.triage.training import Example, corpus, train
from models.triage.verdict import RequestClass

FIFTH = 5


def out_of_the_box(examples: Sequence[Example]) -> Any:
    """Give TF-IDF of words and characters with a logistic regression, trained."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True)
    theirs = make_pipeline(make_union(words, letters), LogisticRegression(C=20, class_weight="balanced", max_iter=500))
    return theirs.fit([each.text for each in examples], [str(each.label) for each in examples])


def judged_by_theirs(theirs: Any, rows: Sequence[dict[str, Any]], *, with_channel: bool) -> list[str]:
    """Give the likeliest class of each row."""
    told = np.log(np.clip(theirs.predict_proba([row["text"] for row in rows]), 1e-9, 1))
    order = [str(each) for each in theirs.classes_]
    if with_channel:
        shares = np.array([_shares(row) for row in rows])
        told = told + shares[:, [CLASSES.index(RequestClass(name)) for name in order]]
    return [order[at] for at in told.argmax(axis=1)]


def _shares(row: dict[str, Any]) -> list[float]:
    return log_shares(ChannelKind(row["channel"]) if row.get("channel") else None)


def judged_by_ours(classifier: Classifier, rows: Sequence[dict[str, Any]], *, with_channel: bool) -> list[str]:
    """Give what we say of each row."""
    kinds = [ChannelKind(row["channel"]) if with_channel and row.get("channel") else None for row in rows]
    return [str(classifier.classify(row["text"], kind).request_class) for row, kind in zip(rows, kinds, strict=True)]


def milliseconds(call: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    """Give the median and the 99th percentile of single calls."""
    call(texts[0])
    spent = []
    for text in texts:
        begun = perf_counter()
        call(text)
        spent.append(1000 * (perf_counter() - begun))
    return median(spent), sorted(spent)[int(0.99 * len(spent))]


def sets(path: str | None) -> tuple[list[Example], list[dict[str, Any]], Model]:
    """Give what to train on, what to measure on, and our model of it."""
    examples = corpus()
    if path is not None:
        rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
        agreed = [row for row in rows if (row.get("second_reader") or row["label"]) == row["label"]]
        return examples, agreed, Model.load()
    groups = sorted({each.group for each in examples})
    held = set(groups[::FIFTH])
    learned = [each for each in examples if each.group not in held]
    rows = [{"text": e.text, "label": str(e.label)} for e in examples if e.group in held and e.calibrates]
    return learned, rows, train(learned)


def main(path: str | None) -> None:
    """Print both."""
    examples, rows, model = sets(path)
    begun = perf_counter()
    classifier = Classifier.of(Model.load())
    loading = perf_counter() - begun
    ours, theirs = Classifier.of(model), out_of_the_box(examples)
    labels, texts = [row["label"] for row in rows], [row["text"] for row in rows]
    print(f"{len(examples)} messages trained on, {len(rows)} measured; our model loads in {loading:.2f} s")
    print(f"{'':<24}{'macro-F1':>9}{'channel':>9}{'median ms':>11}{'p99 ms':>8}")
    figures = (
        [_f1(labels, judged_by_theirs(theirs, rows, with_channel=both)) for both in (False, True)],
        milliseconds(lambda text: theirs.predict_proba([text]), texts),
    )
    _show("scikit-learn as it comes", *figures)
    figures = (
        [_f1(labels, judged_by_ours(ours, rows, with_channel=both)) for both in (False, True)],
        milliseconds(classifier.classify, texts),
    )
    _show("watchbill", *figures)


def _f1(labels: Sequence[str], said: Sequence[str]) -> float:
    return float(f1_score(labels, said, average="macro"))


def _show(name: str, scores: Sequence[float], times: tuple[float, float]) -> None:
    print(f"{name:<24}{scores[0]:>9.3f}{scores[1]:>9.3f}{times[0]:>11.2f}{times[1]:>8.2f}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
