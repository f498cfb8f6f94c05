from tests.support.stack import Stack


def test_tour_finds_everything_as_expected(stack: Stack) -> None:
    printed = stack.inergize("tour")
    assert "everything was as expected" in printed
