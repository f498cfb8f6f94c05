"""Posts, little text and uploads: what holds, and the test that shows it here."""

_KINDS = "tests/integration/linkedin/rest/test_kinds_of_posts.py::"
_UPLOADS = "tests/integration/linkedin/rest/test_uploads.py::"
_OLDER = "tests/integration/linkedin/rest/test_older_sharing.py::"
_POSTS = "tests/integration/linkedin/test_posts.py::"
_TRANSPORT = "tests/integration/linkedin/rest/test_transport.py::"
_PAGES = "tests/integration/profile/actions/test_partners.py::"
_FILES = "tests/integration/profile/actions/test_kinds.py::"

FACTS: tuple[tuple[str, str, str], ...] = (
    # Posts
    (
        "posts.created",
        "A new post is answered 201 with an empty body and its URN in x-restli-id.",
        f"{_KINDS}test_text_polls_and_articles_are_shares",
    ),
    (
        "posts.urn-kind",
        "A post with a video is a ugcPost, others are shares.",
        f"{_UPLOADS}test_a_video_is_sent_in_parts_and_ended_with_their_tags",
    ),
    (
        "posts.author",
        "The author is the member, or a page that the member administers.",
        f"{_KINDS}test_a_page_is_an_author_for_its_administrators_alone",
    ),
    (
        "posts.commentary-length",
        "A commentary has at most 3,000 characters.",
        f"{_POSTS}test_a_long_text_is_refused_with_its_length",
    ),
    (
        "posts.visibility",
        "A post is for the public, for connections, or for who is logged in.",
        f"{_KINDS}test_who_may_see_a_post_is_kept",
    ),
    (
        "posts.distribution",
        "The distribution has three fields and no others.",
        f"{_POSTS}test_a_malformed_post_is_refused_and_not_applied",
    ),
    (
        "posts.lifecycle",
        "A post can be a draft that is published later.",
        f"{_KINDS}test_a_draft_is_the_authors_until_it_is_published",
    ),
    (
        "posts.reshare-disabled",
        "An author can forbid that a post is reshared.",
        f"{_KINDS}test_a_reshare_names_a_post_that_may_be_reshared",
    ),
    (
        "posts.reshare",
        "A reshare names the share or ugcPost that it repeats.",
        f"{_KINDS}test_a_reshare_names_a_post_that_may_be_reshared",
    ),
    (
        "posts.one-content",
        "A post has one kind of content or none.",
        f"{_POSTS}test_a_malformed_post_is_refused_and_not_applied",
    ),
    (
        "posts.media",
        "A picture, document or video is shown with a title and a text for who cannot see it.",
        f"{_KINDS}test_pictures_documents_and_thumbnails_are_shown_once_they_are_available",
    ),
    (
        "posts.article",
        "An article brings its own title: nothing is fetched from its address.",
        f"{_POSTS}test_a_malformed_post_is_refused_and_not_applied",
    ),
    (
        "posts.thumbnail",
        "An article can have an uploaded picture.",
        f"{_KINDS}test_pictures_documents_and_thumbnails_are_shown_once_they_are_available",
    ),
    (
        "posts.multi-image",
        "A post shows several images from two on.",
        f"{_KINDS}test_several_images_are_2_to_20",
    ),
    (
        "posts.poll",
        "A poll has two to four options and one of four durations.",
        f"{_KINDS}test_polls_have_rules",
    ),
    (
        "posts.carousel",
        "A carousel is for sponsored posts alone.",
        f"{_KINDS}test_a_carousel_and_a_post_in_no_feed_are_sponsored_and_need_their_fields",
    ),
    (
        "posts.dsc",
        "Direct sponsored content needs a page, an ad account and a status.",
        f"{_KINDS}test_a_carousel_and_a_post_in_no_feed_are_sponsored_and_need_their_fields",
    ),
    (
        "posts.text-only",
        "A post can be text alone.",
        f"{_KINDS}test_text_polls_and_articles_are_shares",
    ),
    (
        "posts.get",
        "A post is read by its encoded URN, as reader or author.",
        f"{_KINDS}test_a_draft_is_the_authors_until_it_is_published",
    ),
    (
        "posts.batch",
        "Several posts are read at once by a list of encoded URNs.",
        f"{_TRANSPORT}test_protocol_1_does_not_know_lists",
    ),
    (
        "posts.finder",
        "Posts are found by author, in pages of at most 100, by creation or last change.",
        f"{_KINDS}test_posts_of_an_author_come_in_pages_newest_first",
    ),
    (
        "posts.update",
        "Five fields can be changed, with 204; the others cannot.",
        f"{_KINDS}test_some_fields_can_be_changed_and_others_cannot",
    ),
    (
        "posts.delete",
        "A deletion is 204, also when it is repeated.",
        f"{_KINDS}test_a_deletion_can_be_repeated_and_is_applied_once",
    ),
    (
        "posts.times",
        "A post tells in milliseconds when it was made and last changed.",
        f"{_KINDS}test_text_polls_and_articles_are_shares",
    ),
    (
        "posts.no-reading",
        "The scope for writing opens no reading of posts, comments or images.",
        f"{_KINDS}test_writing_does_not_include_reading",
    ),
    (
        "posts.duplicate",
        "Repeated content is 422 and names the first post.",
        f"{_KINDS}test_repeated_text_is_refused_and_after_deletion_by_a_urn_that_nobody_can_read",
    ),
    (
        "posts.duplicate-deleted",
        "Deletion does not free the text, and the URN named then cannot be read.",
        f"{_KINDS}test_repeated_text_is_refused_and_after_deletion_by_a_urn_that_nobody_can_read",
    ),
    (
        "ugc.create",
        "The older way to share is answered 201 with the URN in the header.",
        f"{_OLDER}test_a_text_is_plain_and_nothing_is_cut",
    ),
    (
        "ugc.categories",
        "It shares text, an article, or what was uploaded.",
        f"{_OLDER}test_an_article_is_shared",
    ),
    (
        "ugc.register",
        "Its uploads are registered, and have an address in a union.",
        f"{_OLDER}test_a_picture_is_registered_sent_and_shared",
    ),
    (
        "ugc.length",
        "A text that is too long is refused with its length and the limit.",
        f"{_OLDER}test_a_long_text_is_refused_in_linkedins_words",
    ),
    # Little text
    (
        "littletext.reserved",
        "Every reserved character is literal when it is escaped.",
        f"{_POSTS}test_any_text_arrives_whole",
    ),
    (
        "littletext.mention",
        "A mention names a member or a page by URN.",
        f"{_KINDS}test_mentions_and_hashtags_are_shown_and_a_bare_sign_cuts",
    ),
    (
        "littletext.hashtag",
        "A hashtag is a sign and a word, or a template.",
        f"{_KINDS}test_mentions_and_hashtags_are_shown_and_a_bare_sign_cuts",
    ),
    (
        "littletext.cut",
        "At an unescaped reserved character the post ends, and is created all the same.",
        f"{_POSTS}test_an_unescaped_character_cuts_the_post_without_a_word",
    ),
    # Media
    (
        "media.image",
        "An upload of an image is allowed with an address, its end, and the URN.",
        f"{_UPLOADS}test_an_image_or_document_is_one_put",
    ),
    (
        "media.document",
        "An upload of a document is allowed in the same way.",
        f"{_UPLOADS}test_an_image_or_document_is_one_put",
    ),
    (
        "media.owner",
        "Who may not own an upload is told so with 403.",
        f"{_UPLOADS}test_the_owner_must_be_the_member_or_a_page_of_the_members",
    ),
    (
        "media.video-parts",
        "A video is sent in parts of 4 MB to an address each.",
        f"{_UPLOADS}test_a_video_is_sent_in_parts_and_ended_with_their_tags",
    ),
    (
        "media.etag",
        "Each part is answered 200 with a tag.",
        f"{_UPLOADS}test_a_video_is_sent_in_parts_and_ended_with_their_tags",
    ),
    (
        "media.finalize",
        "A video is ended with its token and the tags of all parts.",
        f"{_UPLOADS}test_a_video_is_sent_in_parts_and_ended_with_their_tags",
    ),
    (
        "media.status",
        "An upload tells its owner, status and where it can be had.",
        f"{_UPLOADS}test_an_image_or_document_is_one_put",
    ),
    (
        "media.failed",
        "Processing can fail, with a reason.",
        f"{_UPLOADS}test_only_what_is_available_and_ones_own_is_posted",
    ),
    (
        "media.available-first",
        "Only what is available can be posted.",
        f"{_UPLOADS}test_only_what_is_available_and_ones_own_is_posted",
    ),
    (
        "media.member-sees-videos",
        "A member's token may look at videos, but not at images.",
        f"{_UPLOADS}test_a_member_token_sees_videos_but_not_images",
    ),
    (
        "media.too-large",
        "A video over 500 MB is refused.",
        f"{_UPLOADS}test_too_large_a_video_and_unknown_actions_are_refused",
    ),
    (
        "posts.page-roles",
        "A page posts and comments through its administrators alone.",
        f"{_PAGES}test_a_page_speaks_for_its_administrators_alone",
    ),
    (
        "posts.batch-client",
        "Our client reads several posts at once, and which are missing.",
        f"{_POSTS}test_several_posts_are_read_at_once_and_each_missing_one_is_named",
    ),
    (
        "media.formats",
        "Images are JPG, PNG or GIF; documents PDF, DOC, DOCX, PPT or PPTX; videos MP4.",
        f"{_UPLOADS}test_what_is_within_the_rules_is_available",
    ),
    (
        "media.pixels",
        "An image has under 36,152,320 pixels, and a GIF at most 250 frames.",
        f"{_UPLOADS}test_what_is_outside_the_rules_is_not_processed_and_says_why",
    ),
    (
        "media.pages",
        "A document has at most 300 pages.",
        f"{_UPLOADS}test_what_is_outside_the_rules_is_not_processed_and_says_why",
    ),
    (
        "media.video-limits",
        "A video has at least 75 KB, and is 3 seconds to 30 minutes long.",
        f"{_UPLOADS}test_what_is_outside_the_rules_is_not_processed_and_says_why",
    ),
    (
        "media.failed-client",
        "What LinkedIn cannot process is rejected by field and rule.",
        f"{_FILES}test_a_file_that_linkedin_cannot_use_is_refused_by_field_and_rule",
    ),
    (
        "media.address-life",
        "An address for an upload is good for a day.",
        f"{_UPLOADS}test_an_address_is_good_for_a_day",
    ),
)
