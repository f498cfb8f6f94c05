"""Comments, reactions and their counts: what holds, and the test that shows it here."""

_SOCIAL = "tests/integration/linkedin/rest/test_social.py::"
_KINDS = "tests/integration/linkedin/rest/test_kinds_of_posts.py::"
_PAGES = "tests/integration/profile/actions/test_partners.py::"

FACTS: tuple[tuple[str, str, str], ...] = (
    # Comments
    (
        "comments.create",
        "A comment is 201 with its number in x-restli-id and the comment in the body.",
        f"{_SOCIAL}test_a_comment_tells_who_said_what_where_and_when",
    ),
    (
        "comments.urn",
        "The URN of a comment is made of its thread and its number.",
        f"{_SOCIAL}test_a_comment_tells_who_said_what_where_and_when",
    ),
    (
        "comments.activity",
        "Answers name a post by its activity URN, which has another number than the share.",
        f"{_SOCIAL}test_a_comment_tells_who_said_what_where_and_when",
    ),
    (
        "comments.nested",
        "An answer names its comment as parentComment.",
        f"{_SOCIAL}test_an_answer_hangs_from_its_comment_and_cannot_be_answered",
    ),
    (
        "comments.list",
        "Comments on a post, and answers to a comment, are listed.",
        f"{_SOCIAL}test_comments_come_in_pages_and_in_batches",
    ),
    (
        "comments.get",
        "A comment is read by its number.",
        f"{_SOCIAL}test_a_comment_tells_who_said_what_where_and_when",
    ),
    (
        "comments.edit",
        "The text of an own comment is replaced by a partial update.",
        f"{_SOCIAL}test_a_comment_is_changed_and_deleted_by_its_actor_alone",
    ),
    (
        "comments.delete",
        "A comment is deleted with its actor as a query parameter.",
        f"{_SOCIAL}test_a_comment_is_changed_and_deleted_by_its_actor_alone",
    ),
    (
        "comments.restricted",
        "Reading comments takes a restricted scope.",
        f"{_KINDS}test_writing_does_not_include_reading",
    ),
    (
        "likes.legacy",
        "Likes of before take an actor and an object.",
        f"{_SOCIAL}test_likes_are_the_older_way_to_react",
    ),
    # Reactions
    (
        "reactions.create",
        "The actor of a reaction is a query parameter.",
        f"{_SOCIAL}test_a_reaction_outside_the_rules_is_refused",
    ),
    (
        "reactions.types",
        "There are six kinds of reactions.",
        f"{_SOCIAL}test_each_kind_of_reaction_is_made_and_counted",
    ),
    (
        "reactions.maybe",
        "MAYBE cannot be created.",
        f"{_SOCIAL}test_a_reaction_outside_the_rules_is_refused",
    ),
    (
        "reactions.find",
        "Reactions to an entity are found by a key that has the entity alone.",
        f"{_SOCIAL}test_another_reaction_takes_the_place_of_the_first_and_goes_once",
    ),
    (
        "reactions.delete",
        "A reaction is deleted by actor and entity, with 204.",
        f"{_SOCIAL}test_another_reaction_takes_the_place_of_the_first_and_goes_once",
    ),
    # Counts
    (
        "metadata.summaries",
        "Reactions are counted by kind, comments in all and at the top.",
        f"{_SOCIAL}test_comments_are_counted_closed_and_opened",
    ),
    (
        "metadata.state",
        "Comments on a post are open or closed.",
        f"{_SOCIAL}test_comments_are_counted_closed_and_opened",
    ),
    (
        "metadata.older",
        "The older summary counts likes and comments.",
        f"{_SOCIAL}test_likes_are_the_older_way_to_react",
    ),
    (
        "comments.edited-is-read-back",
        "A changed comment is read back with its new text.",
        f"{_PAGES}test_a_lost_change_of_a_comment_is_read_back",
    ),
    (
        "comments.page",
        "A page comments for its administrators.",
        f"{_SOCIAL}test_a_page_comments_for_its_administrators",
    ),
)
