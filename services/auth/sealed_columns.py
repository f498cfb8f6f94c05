"""Where Auth keeps sealed values. A test compares this with the tables."""

from services.kernel.sealed_columns import SealedColumn

SEALED = (
    SealedColumn("user_sessions", "refresh_seed"),
    SealedColumn("user_mfa", "secret", owner="user_id"),
    SealedColumn("jwt_keys", "private", owner="kid"),
)
