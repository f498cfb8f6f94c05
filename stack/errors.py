"""What the user of the stack is told when it cannot go on."""

EXIT_REFUSED = 1
EXIT_DO_NOT_RETRY = 78
"""sysexits' EX_CONFIG: a child that ends so would fail the same way again."""


class StackError(Exception):
    """Something the user has to change; the message is one line and says what."""

    def __init__(self, message: str, *, exit_code: int = EXIT_REFUSED) -> None:
        super().__init__(" ".join(message.split()))
        self.exit_code = exit_code
