"""What the commands share: where the data is, and what the user has set."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stack.errors import StackError

if TYPE_CHECKING:
    from services.kernel.config import Settings
    from stack.data_dir import DataDir

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the stack keeps its data. [default: INERGIZE_DATA_DIR, else .inergize]",
)

_WANTED = {
    "dict_type": "it should be a JSON object, and is not",
    "tuple_type": "it should be a JSON list, and is not",
}
"""What an error of pydantic's means for somebody who has set a variable."""


def read_settings() -> "Settings":
    """The settings of this process; StackError naming the first that makes no sense."""
    from pydantic import ValidationError

    from services.kernel.config import Settings

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        said = first["msg"].removeprefix("Value error, ")
        raise StackError(f"{name}: {_WANTED.get(first['type'], said)}") from None


def place_of(data_dir: Path | None) -> "DataDir":
    """The data directory that was asked for, or set, or the usual one; StackError when closed."""
    from stack.data_dir import DataDir

    place = DataDir((data_dir or read_settings().inergize.data_dir).absolute())
    place.check_access()
    return place
