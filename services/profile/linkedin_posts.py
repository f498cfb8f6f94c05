"""A post in LinkedIn's words.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

from typing import Any

from services.profile.linkedin_model import ArticleLink, PostDraft
from services.profile.linkedin_text import to_little_text


def post_body(draft: PostDraft) -> dict[str, Any]:
    """The body that creates `draft`, published at once on the author's feed."""
    body: dict[str, Any] = {
        "author": draft.author_urn,
        "commentary": to_little_text(draft.text),
        "visibility": draft.visibility.value,
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": draft.is_reshare_disabled,
    }
    if draft.article is not None:
        body["content"] = {"article": _article(draft.article)}
    return body


def _article(article: ArticleLink) -> dict[str, str]:
    return {
        "source": article.source_url,
        "title": article.title,
        "description": article.description,
    }
