"""LinkedIn's sign-in, identity and quotas: what holds, and the test that shows it here."""

_SIGN_IN = "tests/integration/linkedin/test_sign_in.py::"
_OAUTH = "tests/integration/linkedin/test_oauth.py::"
_PAGE = "tests/integration/linkedin/test_consent_page.py::"
_CONTROL = "tests/integration/linkedin/test_control.py::"
_FAULTS = "tests/integration/linkedin/test_faults.py::"
_POSTS = "tests/integration/linkedin/test_posts.py::"
_LIBRARIES = "tests/integration/linkedin/test_libraries.py::"
_IDS = "tests/integration/linkedin/rest/test_ids_of_members.py::"

FACTS: tuple[tuple[str, str, str], ...] = (
    # Hosts and bases
    (
        "hosts.oauth",
        "Authorization, tokens and introspection are under /oauth/v2.",
        f"{_OAUTH}test_a_token_is_introspected_through_its_life",
    ),
    (
        "hosts.unversioned",
        "The API under /v2 takes no version header.",
        f"{_LIBRARIES}test_authlib_signs_in",
    ),
    (
        "hosts.versioned",
        "The API under /rest demands a version header.",
        f"{_POSTS}test_a_version_is_required_and_a_dead_one_is_426",
    ),
    # Authorization
    (
        "authorization.state",
        "Who agrees comes back with a code and the state that was sent.",
        f"{_SIGN_IN}test_authorization_comes_straight_back_with_code_and_state",
    ),
    (
        "authorization.exact-redirect",
        "An address not registered to the letter, or an unknown client or scope, is a 401 page.",
        f"{_SIGN_IN}test_what_cannot_be_trusted_is_401_and_no_redirect",
    ),
    (
        "authorization.all-or-nothing",
        "A member agrees to all that is asked for, or to nothing.",
        f"{_PAGE}test_the_page_names_application_permissions_and_members",
    ),
    (
        "authorization.no-second-question",
        "A member who is signed in and has agreed to the same is not asked again.",
        f"{_PAGE}test_who_stays_signed_in_is_asked_again_only_for_other_scopes",
    ),
    (
        "authorization.unknown-parameters",
        "Parameters that LinkedIn does not know do no harm.",
        f"{_OAUTH}test_an_id_token_is_verified_by_the_published_key",
    ),
    (
        "authorization.code-once",
        "A code works once.",
        f"{_SIGN_IN}test_a_code_works_once",
    ),
    (
        "authorization.code-30-minutes",
        "A code is good for 30 minutes.",
        f"{_SIGN_IN}test_a_code_dies_after_30_minutes",
    ),
    (
        "authorization.cancelled",
        "Cancelling goes back with user_cancelled_login or user_cancelled_authorize.",
        f"{_PAGE}test_a_cancelled_question_goes_back_with_its_error",
    ),
    (
        "authorization.scope-not-enabled",
        "A scope that is not enabled is unauthorized_scope_error, and named in escaped quotes.",
        f"{_SIGN_IN}test_a_scope_that_is_not_enabled_is_named_in_html",
    ),
    (
        "authorization.other-scopes",
        "Agreeing to other scopes ends a member's earlier tokens; to the same ones does not.",
        f"{_SIGN_IN}test_other_scopes_end_earlier_tokens_and_the_same_do_not",
    ),
    # Tokens
    (
        "token.body-only",
        "Credentials count in the form alone: in a header they are invalid_client.",
        f"{_SIGN_IN}test_credentials_in_a_header_do_not_count",
    ),
    (
        "token.answer",
        "The answer has commas between scopes, a token of some 500 characters, and 60 days.",
        f"{_OAUTH}test_the_token_answer_is_shaped_as_live_answers_are",
    ),
    (
        "token.id-token",
        "With the scope openid there is an ID token.",
        f"{_OAUTH}test_an_id_token_is_verified_by_the_published_key",
    ),
    (
        "token.missing-parameter",
        "A missing parameter is a 400 that names it.",
        f"{_SIGN_IN}test_a_missing_parameter_is_named",
    ),
    (
        "token.unknown-code",
        "A code that was never given, or is used, is a 401.",
        f"{_SIGN_IN}test_a_code_works_once",
    ),
    (
        "token.mismatch",
        "A code of another redirect address, application or verifier is a 400.",
        f"{_SIGN_IN}test_a_code_is_bound_to_its_redirect_uri",
    ),
    (
        "token.wrong-credentials",
        "A wrong client id or secret is a 401 invalid_client.",
        f"{_SIGN_IN}test_wrong_credentials_are_invalid_client",
    ),
    # Refresh
    (
        "refresh.fixed-end",
        "A refresh gives 60 new days; the refresh token and its end stay.",
        f"{_SIGN_IN}test_refresh_renews_access_and_never_moves_its_own_end",
    ),
    (
        "refresh.last-days",
        "In the last days an access token ends with the refresh token.",
        f"{_SIGN_IN}test_access_cannot_outlive_the_refresh_token_and_then_it_ends",
    ),
    (
        "refresh.only-where-enabled",
        "Only applications with programmatic refresh get refresh tokens.",
        f"{_OAUTH}test_an_application_without_refresh_gets_no_refresh_token",
    ),
    (
        "refresh.revoked-at-any-time",
        "LinkedIn or the member may end every token before its time.",
        f"{_CONTROL}test_a_member_who_takes_consent_back_ends_every_token",
    ),
    # Introspection and revocation
    (
        "introspection.answer",
        "Introspection tells status, scopes and times; of others' tokens only: not active.",
        f"{_OAUTH}test_a_token_is_introspected_through_its_life",
    ),
    (
        "introspection.refusals",
        "A wrong client id or token is a 400, a wrong secret a 401.",
        f"{_OAUTH}test_introspection_refuses_what_it_cannot_trust",
    ),
    (
        "revocation",
        "A revoked token is refused from then on; revoking is answered with 200.",
        f"{_OAUTH}test_revoking_an_access_token_ends_it_and_a_refresh_token_everything",
    ),
    # PKCE
    (
        "pkce.native",
        "The native flow has an address of its own, S256, loopback redirects and no secret.",
        f"{_OAUTH}test_a_native_application_proves_itself_by_pkce_alone",
    ),
    (
        "pkce.mixed",
        "A verifier for an application without PKCE breaks the exchange.",
        f"{_SIGN_IN}test_pkce_without_the_switch_breaks_the_exchange",
    ),
    # OpenID Connect
    (
        "openid.discovery",
        "Discovery leads to the keys, which are for RS256.",
        f"{_OAUTH}test_an_id_token_is_verified_by_the_published_key",
    ),
    (
        "openid.no-nonce",
        "An ID token has no nonce, whatever was sent.",
        f"{_OAUTH}test_an_id_token_is_verified_by_the_published_key",
    ),
    (
        "race.revoked-right-after-issue",
        "A new token may be called revoked and is good seconds later.",
        f"{_FAULTS}test_a_young_token_is_called_revoked_until_it_is_older",
    ),
    (
        "race.client-asks-again",
        "Our client asks again before it believes that a new token is revoked.",
        f"{_SIGN_IN}test_userinfo_questions_the_revoked_answer_of_a_new_token",
    ),
    # Identity
    (
        "userinfo.claims",
        "userinfo has the names, the locale as an object, and the address with a true or false.",
        f"{_SIGN_IN}test_a_defined_member_is_the_next_to_sign_in",
    ),
    (
        "userinfo.email-scope",
        "The address takes the scope email.",
        f"{_SIGN_IN}test_other_scopes_end_earlier_tokens_and_the_same_do_not",
    ),
    (
        "userinfo.person-urn",
        "A person's URN is made of the subject.",
        f"{_SIGN_IN}test_a_named_member_signs_in_again_as_the_same_person",
    ),
    (
        "me.older-products",
        "/v2/me takes an older product's scope; with those of OpenID Connect it is a 403.",
        f"{_OAUTH}test_me_needs_an_older_product_and_shows_what_its_scope_opens",
    ),
    (
        "me.projection",
        "A projection picks fields, and decorates those that end in a tilde.",
        f"{_OAUTH}test_a_projection_picks_and_decorates",
    ),
    # Quotas
    (
        "quota.two-kinds",
        "Each kind of call has a daily quota per application and one per member of it.",
        f"{_CONTROL}test_a_members_quota_is_used_up_alone_and_begins_anew_at_midnight",
    ),
    (
        "quota.application",
        "An application's quota is used up by all its members; LinkedIn warns at 75 %.",
        f"{_CONTROL}test_an_applications_quota_is_everybodys_and_warns_at_three_quarters",
    ),
    (
        "quota.midnight-utc",
        "Quotas begin anew at 00:00 UTC.",
        f"{_CONTROL}test_a_members_quota_is_used_up_alone_and_begins_anew_at_midnight",
    ),
    (
        "quota.sharing",
        "Sharing has 150 calls a member and 100,000 an application.",
        f"{_CONTROL}test_what_creates_has_the_quotas_of_sharing_and_what_reads_has_none",
    ),
    (
        "quota.no-headers",
        "A 429 has no header that tells when to come back.",
        f"{_CONTROL}test_a_429_says_whose_quota_it_was",
    ),
    (
        "quota.other-429",
        "A 429 without a day is the infrastructure's, and passes soon.",
        f"{_FAULTS}test_a_throttle_is_for_the_day_or_for_a_moment",
    ),
    (
        "identity.per-application",
        "A member has another id in each application.",
        f"{_IDS}test_each_application_knows_a_member_by_an_id_of_its_own",
    ),
    (
        "identity.urns",
        "URNs of authors, actors, mentions and roles are made of that id.",
        f"{_IDS}test_authors_actors_and_mentions_are_named_as_the_reader_knows_them",
    ),
    (
        "userinfo.no-vanity-name",
        "userinfo does not tell the name in the address of the profile.",
        f"{_IDS}test_each_application_knows_a_member_by_an_id_of_its_own",
    ),
)
