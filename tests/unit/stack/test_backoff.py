from stack.backoff import FIRST_S, FORGIVEN_AFTER_S, LONGEST_S, Backoff


def test_backoff_doubles_from_the_first_wait_up_to_the_longest() -> None:
    backoff = Backoff()

    waits = [backoff.after_crash(0.0) for _ in range(8)]

    assert waits[:4] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S, 8 * FIRST_S]
    assert waits[-1] == LONGEST_S
    assert backoff.crashes == 8


def test_backoff_stays_bounded_after_very_many_crashes() -> None:
    backoff = Backoff(crashes=100_000)

    assert backoff.after_crash(0.0) == LONGEST_S


def test_backoff_forgives_a_child_that_was_ready_for_long() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.after_crash(1.0)

    assert backoff.after_crash(FORGIVEN_AFTER_S) == FIRST_S
    assert backoff.crashes == 1
