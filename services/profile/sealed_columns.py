"""Where Profile keeps sealed values. A test compares this with the tables."""

from services.kernel.sealed_columns import SealedColumn
from services.profile.connection.vault import DATA_KEY

SEALED = (
    # The tokens themselves are under the data key, and stay as they are.
    SealedColumn("linkedin_tokens", "data_key", owner="user_id", key_id="key_id", is_data_key=True),
    # What a disconnection has moved there is sealed as it was.
    SealedColumn(
        "linkedin_revocations",
        "data_key",
        owner="user_id",
        key_id="key_id",
        bound_as=DATA_KEY,
        is_data_key=True,
    ),
    SealedColumn("push_subscriptions", "keys", key_id="key_id"),
    SealedColumn("push_keys", "private_key", owner="purpose", key_id="key_id"),
    SealedColumn("webhooks", "secret"),
    SealedColumn("webhooks", "previous_secret"),
)
