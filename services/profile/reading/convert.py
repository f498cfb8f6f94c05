"""Between messages and models of what is read."""

from collections.abc import Iterable

from inergize.profile.v1 import linkedin_reading_pb2 as pb

from services.kernel.messages import to_timestamp
from services.profile.reading.authors import Author
from services.profile.reading.completeness import WHOLE, Completeness, Factor
from services.profile.reading.mentions import Mention, MentionKind
from services.profile.reading.model import PageAuthor, Why, Withheld
from services.profile.reading.syncing import SyncState

STATES = {
    SyncState.PENDING: pb.LINKED_IN_SYNC_STATE_PENDING,
    SyncState.DONE: pb.LINKED_IN_SYNC_STATE_DONE,
    SyncState.FAILED: pb.LINKED_IN_SYNC_STATE_FAILED,
}
_REASONS = {
    Why.SCOPE_MISSING: pb.WITHHELD_REASON_SCOPE_MISSING,
    Why.REFUSED: pb.WITHHELD_REASON_REFUSED,
    Why.THROTTLED: pb.WITHHELD_REASON_THROTTLED,
}
_KINDS = {
    MentionKind.PERSON: pb.MENTION_KIND_PERSON,
    MentionKind.ORGANISATION: pb.MENTION_KIND_ORGANIZATION,
}


def withheld_to_proto(withheld: Iterable[Withheld]) -> list[pb.Withheld]:
    """What LinkedIn does not tell."""
    return [
        pb.Withheld(
            name=one.name,
            description=one.words,
            reason=_REASONS[one.why],
            missing_scopes=one.missing_scopes,
            retry_time=to_timestamp(one.retry_at),
        )
        for one in withheld
    ]


def completeness_to_proto(found: Completeness) -> pb.GetProfileCompletenessResponse:
    """A score and what it comes from."""
    return pb.GetProfileCompletenessResponse(
        score=found.score, factors=[_factor_to_proto(one) for one in found.factors]
    )


def author_to_proto(author: Author) -> pb.Author:
    """Somebody as whom a post can be published."""
    return pb.Author(
        urn=author.urn,
        display_name=author.name,
        picture_url=author.picture_url,
        can_publish=not author.missing_scope,
        missing_scope=author.missing_scope,
        page=None if author.page is None else _page_to_proto(author.page),
    )


def mention_to_proto(mention: Mention) -> pb.Mention:
    """Somebody whom a post can mention."""
    return pb.Mention(
        kind=_KINDS[mention.kind],
        urn=mention.urn,
        display_name=mention.name,
        headline=mention.headline,
        markup=mention.markup,
    )


def _factor_to_proto(factor: Factor) -> pb.CompletenessFactor:
    return pb.CompletenessFactor(
        name=factor.name,
        weight=factor.weight,
        is_known=factor.is_known,
        percent_reached=int((factor.reached or 0) * WHOLE),
        advice=factor.advice,
    )


def _page_to_proto(page: PageAuthor) -> pb.PageDetails:
    return pb.PageDetails(
        vanity_name=page.vanity_name,
        followers_count=page.followers,
        impressions_count=page.impressions,
        read_time=to_timestamp(page.read_at),
    )
