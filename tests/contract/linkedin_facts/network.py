"""Invitations and messages: what holds, and the test that shows it here."""

_PARTNERS = "tests/integration/linkedin/rest/test_partners.py::"
_ACTIONS = "tests/integration/profile/actions/test_partners.py::"

FACTS: tuple[tuple[str, str, str], ...] = (
    # Invitations
    (
        "invitations.create",
        "An invitation is 201 with its URN in x-linkedin-id.",
        f"{_PARTNERS}test_an_invitation_waits_and_is_accepted",
    ),
    (
        "invitations.invitee",
        "The invitee is a member, an address or a telephone.",
        f"{_PARTNERS}test_an_invitation_outside_the_rules_is_refused",
    ),
    (
        "invitations.get",
        "An invitation tells whom it is from and to, and its state.",
        f"{_PARTNERS}test_an_invitation_waits_and_is_accepted",
    ),
    (
        "invitations.partners",
        "Invitations take a partner's contract.",
        f"{_PARTNERS}test_without_the_contract_neither_is_possible",
    ),
    # Messages
    (
        "messages.create",
        "A message has recipients or a thread, and never both.",
        f"{_PARTNERS}test_messages_go_to_connections_or_a_thread_and_never_both",
    ),
    (
        "messages.first-degree",
        "Messages go to first-degree connections alone.",
        f"{_PARTNERS}test_messages_go_to_connections_or_a_thread_and_never_both",
    ),
    (
        "messages.no-html",
        "A message has no HTML.",
        f"{_PARTNERS}test_messages_go_to_connections_or_a_thread_and_never_both",
    ),
    (
        "invitations.once",
        "A second invitation to the same member is refused.",
        f"{_ACTIONS}test_an_invitation_is_sent_once_and_a_second_is_refused",
    ),
    (
        "invitations.not-read-back",
        "A lost invitation or message cannot be looked up, and is not repeated.",
        f"{_ACTIONS}test_a_lost_answer_is_never_sent_again_and_goes_to_the_member",
    ),
    (
        "messages.client",
        "Our client writes to connections, and is refused for others.",
        f"{_ACTIONS}test_a_message_goes_to_connections_alone",
    ),
)
