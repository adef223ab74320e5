"""Questions that only a screen could answer, answered both ways in several runs of a flow."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_RUNS = 200
MOST_QUESTIONS = 100

Question = tuple[str, ...]


class TooManyQuestions(BaseException):
    """The run asks too often, like a loop that waits for something; no flow catches this by accident."""


@dataclass
class Run:
    """One run: the answers given in advance, and every question with its answer."""

    given: tuple[bool, ...] = ()
    asked: list[tuple[Question, bool]] = field(default_factory=list)

    def answer(self, question: Question) -> bool:
        """The answer given in advance; otherwise no, or the opposite of the last answer to this question, so that loops end."""
        if len(self.asked) >= MOST_QUESTIONS:
            raise TooManyQuestions
        earlier = [answer for known, answer in self.asked if known == question]
        place = len(self.asked)
        answer = self.given[place] if place < len(self.given) else bool(earlier) and not earlier[-1]
        self.asked.append((question, answer))
        return answer


def every_run() -> Iterator[Run]:
    """Runs until each answer was tried after each answer to the question before it; at most `MOST_RUNS`.

    The caller makes the run before it asks for the next one.
    """
    waiting, tried = deque([Run()]), set[tuple[object, ...]]()
    for _ in range(MOST_RUNS):
        if not waiting:
            return
        run = waiting.popleft()
        yield run
        answers = tuple(answer for _, answer in run.asked)
        for place, (question, answer) in enumerate(run.asked):
            before = run.asked[place - 1] if place else None
            tried.add((before, question, answer))
            if place >= len(run.given) and (other := (before, question, not answer)) not in tried:
                tried.add(other)
                waiting.append(Run((*answers[:place], not answer)))
