"""What may be read beside a member's identity, the scope that opens it, and its name for users."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Readable:
    """One kind of reading; `scope` is the one that LinkedIn asks for."""

    name: str
    scope: str
    words: str


FOLLOWERS = Readable(
    "member_profile_analytics", "r_member_profileAnalytics", "How many members follow you"
)
CONNECTIONS = Readable(
    "connections_size", "r_1st_connections_size", "How many connections you have"
)
PAGES = Readable(
    "organisation",
    "rw_organization_admin",
    "The company pages that you administer, and their figures",
)
POST_ANALYTICS = Readable(
    "member_post_analytics", "r_member_postAnalytics", "How often your posts were seen"
)
SOCIAL_COUNTS = Readable(
    "post_read", "r_member_social", "How many reacted to and commented on your posts"
)
PAGE_FOLLOWERS = Readable(
    "page_followers",
    "r_organization_followers",
    "Members by name, among the followers of your pages: LinkedIn opens no other search for people",
)
