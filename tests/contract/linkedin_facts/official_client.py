"""LinkedIn's own Python client: what holds, and the test that shows it here."""

_CLIENT = "tests/integration/linkedin/rest/test_official_client.py::"
_VALUES = "tests/unit/profile/linkedin/test_sandbox_restli.py::"

FACTS: tuple[tuple[str, str, str], ...] = (
    # Use
    (
        "official.sessions",
        "Both of its clients can be aimed elsewhere by their sessions, unmodified.",
        f"{_CLIENT}test_it_signs_in_refreshes_introspects_and_asks_who_it_is",
    ),
    (
        "official.base",
        "A version string chooses the versioned interface.",
        f"{_CLIENT}test_a_post_is_created_read_changed_found_and_deleted",
    ),
    (
        "official.method-header",
        "It names the Rest.li method on every call.",
        f"{_CLIENT}test_several_posts_come_at_once_also_through_a_tunnel",
    ),
    (
        "official.errors-are-json",
        "It reads refusals only when they are JSON, and never raises for them.",
        f"{_CLIENT}test_refusals_are_json_that_it_can_read",
    ),
    (
        "official.actions-are-json",
        "The answer of an action must be JSON.",
        f"{_CLIENT}test_an_image_and_a_video_are_uploaded_and_posted",
    ),
    (
        "official.empty-bodies",
        "It takes empty bodies for creations, updates and deletions.",
        f"{_CLIENT}test_a_post_is_created_read_changed_found_and_deleted",
    ),
    (
        "official.tunnel",
        "Above 4,000 characters it sends the query in the body.",
        f"{_CLIENT}test_several_posts_come_at_once_also_through_a_tunnel",
    ),
    (
        "official.leading-ampersand",
        "With fields alone its query begins with an ampersand.",
        f"{_CLIENT}test_fields_narrow_the_answer",
    ),
    (
        "official.comments",
        "It makes, lists and deletes comments.",
        f"{_CLIENT}test_comments_are_made_listed_answered_and_deleted",
    ),
    (
        "official.complex-keys",
        "It reads and deletes by complex keys, written in any order.",
        f"{_CLIENT}test_reactions_are_made_read_by_complex_key_and_deleted",
    ),
    # Values
    (
        "official.parameters",
        "Its parameters of every shape are read as they were meant.",
        f"{_VALUES}test_the_official_clients_parameters_are_read",
    ),
    (
        "official.codec",
        "Whatever it writes is read back.",
        f"{_VALUES}test_what_either_client_writes_is_read_back",
    ),
)
