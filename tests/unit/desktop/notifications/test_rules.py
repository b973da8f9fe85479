"""When ended downloads are told."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.pulls.states import PullItem, PullState
from tray_app.desktop.notifications.notice import NoticeKind
from tray_app.desktop.notifications.rules import WINDOW_S, Batch, PullNoticeRules


def item(name: str, state: PullState = PullState.DONE) -> PullItem:
    return PullItem(f"id-{name}", "local", name, state, datetime(2026, 1, 1, tzinfo=UTC))


A, B, C = item("a"), item("b"), item("c")
BAD = item("bad", PullState.FAILED)


def test_the_last_of_the_queue_is_told_at_once() -> None:
    rules = PullNoticeRules()
    rules.add(A, 100)
    assert rules.due_s == 100
    assert rules.take(100) == (Batch((A,), ()),)
    assert rules.due_s is None
    assert rules.take(1000) == ()


def test_while_others_run_ends_are_collected_for_30_s() -> None:
    rules = PullNoticeRules()
    rules.is_queue_empty = False
    rules.add(A, 100)
    rules.add(B, 120)
    assert rules.take(129.9) == ()
    assert rules.take(130) == (Batch((A, B), ()),)


def test_an_empty_queue_ends_the_collecting() -> None:
    rules = PullNoticeRules()
    rules.is_queue_empty = False
    rules.add(A, 100)
    rules.is_queue_empty = True
    rules.add(BAD, 105)
    (batch,) = rules.take(105)
    assert batch == Batch((A,), (BAD,))
    assert batch.kind is NoticeKind.FAILED


def test_no_two_of_a_kind_within_30_s() -> None:
    rules = PullNoticeRules()
    rules.add(A, 100)
    assert rules.take(100)
    rules.add(B, 105)
    rules.add(C, 110)
    assert rules.take(129) == ()
    assert rules.take(130) == (Batch((B, C), ()),)


def test_a_failure_is_another_kind_and_takes_the_rest_along() -> None:
    rules = PullNoticeRules()
    rules.add(A, 100)
    assert rules.take(100)
    rules.add(B, 105)
    assert rules.take(105) == ()
    rules.add(BAD, 106)
    assert rules.take(106) == (Batch((B,), (BAD,)),)
    rules.add(C, 110)
    assert rules.due_s == 106 + WINDOW_S, "the one who was taken along counts"


def test_a_retry_that_ends_again_is_told_once() -> None:
    rules = PullNoticeRules()
    rules.is_queue_empty = False
    rules.add(BAD, 100)
    rules.add(replace(BAD, state=PullState.DONE), 110)
    (batch,) = rules.take(130)
    assert [found.name for found in batch.done] == ["bad"]
    assert batch.failed == ()


def test_what_was_seen_is_not_told() -> None:
    rules = PullNoticeRules()
    rules.add(A, 100)
    rules.drop()
    assert rules.take(1000) == ()


def test_not_combined_each_is_told_at_once() -> None:
    rules = PullNoticeRules()
    rules.is_combining = False
    rules.is_queue_empty = False
    rules.add(A, 100)
    assert rules.take(100) == (Batch((A,), ()),)
    rules.add(B, 101)
    rules.add(BAD, 101)
    assert rules.take(101) == (Batch((B,), ()), Batch((), (BAD,)))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.sampled_from([PullState.DONE, PullState.FAILED]),
            st.booleans(),
        ),
        max_size=30,
    )
)
def test_each_end_is_told_once_and_never_too_often(
    events: list[tuple[int, PullState, bool]],
) -> None:
    rules = PullNoticeRules()
    now, told, ids = 0.0, list[str](), list[str]()
    shown: dict[NoticeKind, float] = {}

    def take() -> None:
        for batch in rules.take(now):
            told.extend(found.id for found in batch.done + batch.failed)
            assert now - shown.get(batch.kind, -WINDOW_S) >= WINDOW_S
            shown[batch.kind] = now

    for number, (pause, state, is_empty) in enumerate(events):
        now += pause
        take()
        rules.is_queue_empty = is_empty
        rules.add(item(str(number), state), now)
        ids.append(f"id-{number}")
        take()
    rules.is_queue_empty = True
    for _ in range(3):
        now += WINDOW_S
        take()
    assert sorted(told) == sorted(ids)
