"""The resources of the API: what an application writes, and what it reads."""

from starlette.routing import Route

from stack.sandbox.linkedin import (
    analytics,
    assets,
    comments,
    network,
    organisations,
    page_statistics,
    partners,
    people,
    portability,
    post_reading,
    posts,
    reactions,
    social_metadata,
    ugc_posts,
    uploads,
)
from stack.sandbox.linkedin.resources import resource

_SOCIAL = "/rest/socialActions/{urn}"


def _assets(kind: assets.AssetKind) -> list[Route]:
    initialize = (kind.operation("ACTION-initializeUpload"), assets.initialize(kind))
    finalize = (kind.operation("ACTION-finalizeUpload"), assets.finalize)
    actions = [initialize, finalize] if kind is assets.VIDEOS else [initialize]
    batch_get = (kind.operation("BATCH_GET"), assets.batch_get(kind))
    return [
        resource(f"/rest/{kind.resource}", *actions, batch_get),
        resource(f"/rest/{kind.resource}/{{urn}}", (kind.operation("GET"), assets.get(kind))),
    ]


ROUTES = [
    resource(
        "/rest/posts",
        (posts.CREATE, posts.create),
        (post_reading.BATCH_GET, post_reading.batch_get),
        (post_reading.FIND, post_reading.find),
    ),
    resource(
        "/rest/posts/{urn}",
        (post_reading.GET, post_reading.get),
        (posts.EDIT, posts.edit),
        (posts.DELETE, posts.delete),
    ),
    *(route for kind in assets.KINDS for route in _assets(kind)),
    *uploads.ROUTES,
    resource(
        f"{_SOCIAL}/comments",
        (comments.CREATE, comments.create),
        (comments.LIST, comments.list_all),
        (comments.BATCH_GET, comments.batch_get),
    ),
    resource(
        f"{_SOCIAL}/comments/{{id}}",
        (comments.GET, comments.get),
        (comments.EDIT, comments.edit),
        (comments.DELETE, comments.delete),
    ),
    resource(
        f"{_SOCIAL}/likes", (reactions.LIKE, reactions.like), (reactions.LIKES, reactions.likes)
    ),
    resource(
        f"{_SOCIAL}/likes/{{actor}}",
        (reactions.A_LIKE, reactions.a_like),
        (reactions.UNLIKE, reactions.unlike),
    ),
    resource(_SOCIAL, (social_metadata.SUMMARY, social_metadata.summary)),
    resource("/v2/socialActions/{urn}", (social_metadata.OLD_SUMMARY, social_metadata.summary)),
    resource(
        "/rest/reactions",
        (reactions.CREATE, reactions.create),
        (reactions.BATCH_GET, reactions.batch_get),
    ),
    resource(
        "/rest/reactions/{key}",
        (reactions.GET, reactions.get),
        (reactions.FIND, reactions.find),
        (reactions.DELETE, reactions.delete),
    ),
    resource("/rest/socialMetadata", (social_metadata.BATCH_GET, social_metadata.batch_get)),
    resource(
        "/rest/socialMetadata/{urn}",
        (social_metadata.GET, social_metadata.get),
        (social_metadata.EDIT, social_metadata.edit),
    ),
    resource(
        "/rest/memberCreatorPostAnalytics",
        (analytics.OF_ENTITY, analytics.of_entity),
        (analytics.OF_ALL, analytics.of_all),
    ),
    resource(
        "/rest/memberFollowersCount",
        (analytics.FOLLOWERS_NOW, analytics.followers_now),
        (analytics.FOLLOWERS_BY_DAY, analytics.followers_by_day),
    ),
    resource(
        "/rest/organizationAcls",
        (organisations.ACLS, organisations.acls),
        (organisations.ACLS_OF_PAGE, organisations.acls_of_page),
    ),
    resource("/rest/organizations", (organisations.FIND, organisations.find_by_name)),
    resource("/rest/organizations/{id}", (organisations.GET, organisations.get)),
    resource(
        "/rest/organizationsLookup", (organisations.LOOK_UP_BATCH, organisations.look_up_batch)
    ),
    resource("/rest/organizationsLookup/{id}", (organisations.LOOK_UP, organisations.look_up)),
    resource(
        "/rest/networkSizes/{urn}", (organisations.FOLLOWER_COUNT, organisations.follower_count)
    ),
    resource(
        "/rest/organizationalEntityShareStatistics",
        (page_statistics.SHARES, page_statistics.shares),
    ),
    resource(
        "/rest/organizationalEntityFollowerStatistics",
        (page_statistics.FOLLOWERS, page_statistics.followers),
    ),
    resource("/rest/organizationPageStatistics", (page_statistics.VIEWS, page_statistics.views)),
    resource("/rest/memberSnapshotData", (portability.SNAPSHOT, portability.snapshot)),
    resource("/rest/memberChangeLogs", (portability.CHANGES, portability.changes)),
    resource("/rest/peopleTypeahead", (people.TYPEAHEAD, people.followers)),
    resource("/v2/ugcPosts", (ugc_posts.CREATE, ugc_posts.create)),
    resource("/v2/ugcPosts/{urn}", (ugc_posts.DELETE, posts.delete)),
    resource("/v2/assets", (ugc_posts.REGISTER, ugc_posts.register_upload)),
    resource("/v2/connections", (network.LIST, network.list_own)),
    resource("/v2/connections/{urn}", (network.SIZE, network.size)),
    resource("/v2/invitations", (partners.INVITE, partners.invite)),
    resource("/v2/invitations/{urn}", (partners.GET_INVITATION, partners.get_invitation)),
    resource("/v2/messages", (partners.WRITE, partners.write)),
]
