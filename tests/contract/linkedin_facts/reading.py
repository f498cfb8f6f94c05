"""Figures, pages and connections: what holds, and the test that shows it here."""

_READING = "tests/integration/linkedin/rest/test_reading.py::"

FACTS: tuple[tuple[str, str, str], ...] = (
    # Posts' figures
    (
        "analytics.one-metric",
        "A call asks for one metric.",
        f"{_READING}test_what_cannot_be_asked_is_refused",
    ),
    (
        "analytics.metrics",
        "Ten metrics can be asked for.",
        f"{_READING}test_one_metric_of_one_post_is_told_a_call",
    ),
    (
        "analytics.shape",
        "An element has the count, the metric in its union, and the post.",
        f"{_READING}test_one_metric_of_one_post_is_told_a_call",
    ),
    (
        "analytics.me",
        "All of a member's posts are counted together.",
        f"{_READING}test_reactions_comments_and_reposts_are_counted_as_they_are",
    ),
    (
        "analytics.range",
        "A range of days excludes its end.",
        f"{_READING}test_days_are_told_one_by_one_the_last_one_excluded",
    ),
    (
        "analytics.refused",
        "Members reached have no daily figures, a single post's impressions neither.",
        f"{_READING}test_what_cannot_be_asked_is_refused",
    ),
    (
        "analytics.scope",
        "Figures take the scope for post analytics, and are one's own.",
        f"{_READING}test_another_members_post_has_no_figures_for_me",
    ),
    # Followers and pages
    (
        "followers.me",
        "A member's followers are counted.",
        f"{_READING}test_a_members_followers_are_told_now_and_by_day",
    ),
    (
        "followers.by-day",
        "New followers are told by day.",
        f"{_READING}test_a_members_followers_are_told_now_and_by_day",
    ),
    (
        "pages.size",
        "A page's followers are its network size.",
        f"{_READING}test_a_pages_followers_are_told",
    ),
    (
        "pages.acls",
        "A member's roles for pages can be found.",
        f"{_READING}test_a_member_knows_the_pages_that_the_member_administers",
    ),
    (
        "pages.share-statistics",
        "A page's posts have seven figures, in all, by post or by day.",
        f"{_READING}test_a_pages_posts_have_figures_for_its_administrators",
    ),
    (
        "pages.typeahead",
        "A page's followers are found by the beginning of their names.",
        f"{_READING}test_a_pages_followers_are_found_by_the_beginning_of_their_names",
    ),
    # Connections
    (
        "connections.size",
        "The number of connections is told to the member alone.",
        f"{_READING}test_connections_are_counted_and_listed_for_the_member_alone",
    ),
    (
        "connections.list",
        "Connections are listed in pages with their total.",
        f"{_READING}test_connections_are_counted_and_listed_for_the_member_alone",
    ),
    (
        "connections.raw-colons",
        "Raw colons in a path are a syntax error.",
        f"{_READING}test_connections_are_counted_and_listed_for_the_member_alone",
    ),
    (
        "portability.snapshot",
        "A member may take along a snapshot of each domain.",
        f"{_READING}test_a_member_takes_along_what_linkedin_holds",
    ),
    (
        "pages.look-up",
        "Anybody may look a page up; all about it is for its administrators.",
        f"{_READING}test_pages_are_looked_up",
    ),
)
