"""How LinkedIn is spoken to and how it refuses: what holds, and the test that shows it here."""

_UNIT = "tests/unit/profile/linkedin/"
_EXCHANGE = f"{_UNIT}test_exchange.py::"
_RESTLI = f"{_UNIT}test_restli.py::"
_OUTCOME = f"{_UNIT}test_outcome.py::"
_VERSIONS = f"{_UNIT}test_versions.py::"
_TUNNELLING = f"{_UNIT}test_tunnelling.py::"
_PROBLEM = f"{_UNIT}test_problem.py::"
_POSTS = "tests/integration/linkedin/test_posts.py::"
_EACH_REFUSAL = f"{_EXCHANGE}test_each_refusal_has_its_kind_and_is_not_repeated"
_A_READ_THROTTLED = f"{_EXCHANGE}test_a_throttled_read_waits_for_its_window"
_WIRE = "tests/integration/linkedin/rest/test_transport.py::"
_MALFORMED = "tests/integration/linkedin/rest/test_malformed.py::"
_OLDER = "tests/integration/linkedin/rest/test_older_sharing.py::"
_WATCH = "tests/unit/profile/usage/test_version_watch.py::"
_SANDBOX = "tests/unit/profile/linkedin/test_sandbox_restli.py::"

FACTS: tuple[tuple[str, str, str], ...] = (
    # Headers
    (
        "headers.version",
        "Versioned calls name a version of a month, in six digits.",
        f"{_EXCHANGE}test_a_finder_gives_a_page",
    ),
    (
        "headers.version-life",
        "A version lives for a year and a few weeks.",
        f"{_VERSIONS}test_the_version_whose_end_was_announced",
    ),
    (
        "headers.version-ended",
        "An ended version is answered with 426 NONEXISTENT_VERSION, echoed in eight digits.",
        f"{_POSTS}test_a_version_is_required_and_a_dead_one_is_426",
    ),
    (
        "headers.version-missing",
        "A versioned call without a version is refused.",
        f"{_POSTS}test_a_version_is_required_and_a_dead_one_is_426",
    ),
    (
        "headers.protocol",
        "Every versioned call asks for protocol 2.0.0.",
        f"{_EXCHANGE}test_a_finder_gives_a_page",
    ),
    (
        "headers.restli-method",
        "What an address does not tell, such as FINDER and BATCH_GET, a header names.",
        f"{_EXCHANGE}test_a_finder_gives_a_page",
    ),
    (
        "answers.created-id",
        "The URN of what was created comes in a header.",
        f"{_POSTS}test_a_post_is_confirmed_by_its_urn_and_shown_as_meant",
    ),
    (
        "answers.collection",
        "A list comes in pages, with links to the next and sometimes a total.",
        f"{_EXCHANGE}test_a_finder_gives_a_page",
    ),
    (
        "answers.batch",
        "A batch answers results, statuses and errors by key, raw or percent-encoded.",
        f"{_EXCHANGE}test_a_long_batch_is_tunnelled_and_keys_are_read_in_either_form",
    ),
    # Encoding
    (
        "restli.text",
        "Text is percent-encoded down to the unreserved characters.",
        f"{_RESTLI}test_encode_writes_what_the_protocol_says",
    ),
    (
        "restli.structure",
        "Lists and records nest, and the signs of their structure stay raw.",
        f"{_RESTLI}test_what_is_encoded_reads_back_the_same",
    ),
    (
        "restli.query",
        "A query keeps structure raw and encodes names.",
        f"{_RESTLI}test_query_keeps_structure_raw_and_encodes_names",
    ),
    (
        "restli.null-and-booleans",
        "Null is an empty text, booleans are lower case.",
        f"{_RESTLI}test_encode_writes_what_the_protocol_says",
    ),
    (
        "restli.path-keys",
        "A URN in a path is encoded whole; raw colons are refused.",
        f"{_POSTS}test_raw_colons_in_a_path_are_refused",
    ),
    (
        "tunnelling.limit",
        "A query over 4,000 characters is sent as the body of a POST that names the real method.",
        f"{_TUNNELLING}test_a_longer_query_becomes_the_body_of_a_post",
    ),
    (
        "tunnelling.with-body",
        "A request with a body is tunnelled as two parts.",
        f"{_TUNNELLING}test_a_request_with_a_body_is_sent_as_two_parts",
    ),
    # Refusals
    (
        "errors.three-shapes",
        "The gateway, the validation layer and OAuth explain refusals in shapes of their own.",
        f"{_PROBLEM}test_read_problem_takes_the_most_precise_word",
    ),
    ("errors.no-token", "A call without a token is 401.", _EACH_REFUSAL),
    ("errors.65600", "65600 is an invalid token.", _EACH_REFUSAL),
    ("errors.65601", "65601 is a token that was taken back.", _EACH_REFUSAL),
    ("errors.65602", "65602 is a token that has expired.", _EACH_REFUSAL),
    ("errors.permission", "100 is a permission that the token lacks.", _EACH_REFUSAL),
    (
        "errors.text-length",
        "A post over 3,000 characters is refused with its length.",
        f"{_POSTS}test_a_long_text_is_refused_with_its_length",
    ),
    ("errors.input", "What is wrong in the input is named in inputErrors.", _EACH_REFUSAL),
    (
        "errors.duplicate",
        "A repeated post is 422 and names a post with the same words.",
        f"{_POSTS}test_a_repeated_post_is_refused_and_names_the_first",
    ),
    (
        "errors.duplicate-after-deletion",
        "Deleting a post does not free its words before two days are over.",
        f"{_POSTS}test_deletion_does_not_free_the_text_until_two_days_later",
    ),
    ("errors.unknown-field", "A field that LinkedIn does not know is 422.", _EACH_REFUSAL),
    ("errors.address-too-long", "What is over the limits of an address is 414.", _EACH_REFUSAL),
    ("errors.throttled-day", "A used-up daily quota says so in a 429.", _A_READ_THROTTLED),
    (
        "errors.5xx-reads",
        "After a 5xx a read may be repeated.",
        f"{_EXCHANGE}test_a_read_is_repeated_until_it_is_answered",
    ),
    (
        "errors.5xx-writes",
        "After a 5xx nobody knows whether a write happened.",
        f"{_OUTCOME}test_only_a_clear_refusal_is_a_certainty",
    ),
    (
        "errors.no-idempotency-key",
        "LinkedIn has no idempotency key, so a write is never repeated.",
        f"{_EXCHANGE}test_a_write_is_never_repeated",
    ),
    # Quotas, as the client takes them
    (
        "throttle.day",
        "After a DAY limit the client waits for the next midnight, UTC.",
        f"{_OUTCOME}test_a_daily_quota_begins_anew_at_midnight_utc_whatever_the_local_zone",
    ),
    (
        "throttle.moment",
        "After another 429 the client waits a short while.",
        f"{_OUTCOME}test_another_throttle_asks_for_a_short_pause",
    ),
    (
        "throttle.row",
        "Other 429s in a row are met with pauses that double.",
        "tests/integration/profile/test_usage.py::test_pauses_double_until_a_call_goes_through",
    ),
    (
        "throttle.kept-back",
        "Once a daily quota is used up, no call is made before it begins anew.",
        "tests/integration/profile/test_usage.py::test_a_spent_quota_keeps_the_next_call_back",
    ),
    (
        "headers.any-case",
        "Names of headers are read in any case, and a version may name its revision.",
        f"{_WIRE}test_header_names_are_in_any_case",
    ),
    (
        "headers.version-warned",
        "We are warned before LinkedIn ends our version.",
        f"{_WATCH}test_a_version_near_its_end_is_warned_of",
    ),
    (
        "headers.partial-update",
        "An update is only one when the header names it.",
        f"{_WIRE}test_an_update_must_be_named_in_the_header",
    ),
    (
        "headers.no-protocol-1-lists",
        "Without the header for protocol 2.0.0 a list is plain text.",
        f"{_WIRE}test_protocol_1_does_not_know_lists",
    ),
    (
        "restli.encoded-structure",
        "Signs of structure that are encoded are refused.",
        f"{_WIRE}test_structure_must_be_raw_and_values_encoded",
    ),
    (
        "restli.fields",
        "A projection by fields keeps raw commas, and a leading ampersand does no harm.",
        f"{_SANDBOX}test_field_projections_keep_the_older_form_and_a_leading_sign_does_no_harm",
    ),
    (
        "restli.official",
        "The official client writes every query as ours does.",
        f"{_RESTLI}test_linkedins_own_client_writes_every_query_letter_for_letter_the_same",
    ),
    (
        "restli.complex-keys",
        "A key of several parts is written as a record.",
        f"{_SANDBOX}test_written_keys_are_read_back",
    ),
    (
        "errors.permission-older",
        "An older 403 names verb and path; it means the same.",
        f"{_PROBLEM}test_read_problem_takes_the_most_precise_word",
    ),
    (
        "errors.permission-older-sandbox",
        "The older interface words a missing permission so.",
        f"{_OLDER}test_a_missing_permission_is_worded_as_it_was",
    ),
    (
        "errors.no-json",
        "A body that is no JSON object is 400.",
        f"{_MALFORMED}test_what_is_no_json_object_is_linkedins_400",
    ),
    (
        "errors.always-json",
        "Whatever is sent, the refusal is JSON and no 500.",
        f"{_MALFORMED}test_any_body_query_path_and_headers_are_taken_or_refused",
    ),
)
