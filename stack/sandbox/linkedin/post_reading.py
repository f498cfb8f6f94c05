"""`/rest/posts`: one, several, or those of an author; the author's own only.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

from typing import Any

from starlette.responses import Response

from stack.sandbox.linkedin import answers, authors, post_store
from stack.sandbox.linkedin.arguments import key_of, query_of
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.model import StoredPost
from stack.sandbox.linkedin.posts import not_found
from stack.sandbox.linkedin.restli import Value

# Reading back takes a scope that LinkedIn gives to few: writing does not include it.
READ = frozenset({"r_member_social", "r_organization_social"})
GET = Operation("posts", "GET", READ)
BATCH_GET = Operation("posts", "BATCH_GET", READ)
FIND = Operation("posts", "FINDER-author", READ)

_VIEWS = ("READER", "AUTHOR")
_ORDERS = ("LAST_MODIFIED", "CREATED")


async def get(call: Call) -> Response:
    """The post as sent, with its id and times."""
    query = query_of(call, "viewContext")
    view = query.choice("viewContext", _VIEWS, "READER")
    return answers.entity(query, _visible(call, key_of(call), view))


async def batch_get(call: Call) -> Response:
    """Several at once; each is found or refused by itself."""
    query = query_of(call, "viewContext")
    view = query.choice("viewContext", _VIEWS, "READER")
    return answers.batch(query, lambda key: _visible(call, key, view))


async def find(call: Call) -> Response:
    """What an author has up, newest first; drafts too for whoever asks as the author."""
    query = query_of(call, "author", "sortBy", "viewContext", "isDsc")
    author, page = query.text("author"), query.page()
    order = query.choice("sortBy", _ORDERS, "LAST_MODIFIED")
    if not authors.may_read(call, author):
        raise authors.refused("Not enough permissions to access the posts of another author")
    found = post_store.page(call.house, author, order, start=page.start, count=page.count)
    total = post_store.total(call.house, "count_posts", author=author)
    return answers.collection(call, query, [_view(post) for post in found], page, total)


def _visible(call: Call, key: Value, view: str) -> dict[str, Any]:
    post = post_store.find(call.house, key) if isinstance(key, str) else None
    if post is not None and not authors.may_read(call, post.author):
        raise authors.refused("Not enough permissions to access the post of another author")
    is_hidden = post is not None and post.state == "DRAFT" and view == "READER"
    if post is None or post.deleted_ms is not None or is_hidden:
        raise not_found()
    return _view(post)


def _view(post: StoredPost) -> dict[str, Any]:
    view = {
        "isReshareDisabledByAuthor": False,
        **post.body,
        "id": post.urn,
        "createdAt": post.created_ms,
        "lastModifiedAt": post.modified_ms,
        "lifecycleStateInfo": {"isEditedByAuthor": post.is_edited},
    }
    return view | ({"publishedAt": post.published_ms} if post.published_ms else {})
