"""Messages to models and back."""

from collections.abc import Iterable
from uuid import UUID

from inergize.safety.v1 import safety_internal_service_pb2 as internal_pb
from inergize.safety.v1 import safety_pb2 as pb

from services.kernel.messages import to_timestamp
from services.safety import policy
from services.safety.model import Attempt, Decision, Outcome, QuotaWindow, Verdict

_VERDICTS = {
    Verdict.ALLOWED: pb.VERDICT_ALLOWED,
    Verdict.BLOCKED: pb.VERDICT_BLOCKED,
    Verdict.DEFERRED: pb.VERDICT_DEFERRED,
    Verdict.NEEDS_CONFIRMATION: pb.VERDICT_NEEDS_CONFIRMATION,
}
_OUTCOMES = {
    internal_pb.EXECUTION_OUTCOME_SENT: Outcome.SENT,
    internal_pb.EXECUTION_OUTCOME_UNKNOWN: Outcome.UNKNOWN,
    internal_pb.EXECUTION_OUTCOME_NOT_SENT: Outcome.RELEASED,
}


def attempt_from_proto(request: internal_pb.ReserveActionRequest) -> Attempt:
    """The attempt that a request asks about."""
    return Attempt(UUID(request.attempt_id), UUID(request.user_id), request.action_type)


def decision_to_proto(decision: Decision) -> internal_pb.ReserveActionResponse:
    """A decision as workers get it."""
    return internal_pb.ReserveActionResponse(
        verdict=_VERDICTS[decision.verdict],
        reasons=[
            pb.VerdictReason(rule=rule, explanation=policy.EXPLANATIONS[rule])
            for rule in decision.rules
        ],
        next_allowed_time=to_timestamp(decision.next_allowed_at),
    )


def outcome_from_proto(outcome: internal_pb.ExecutionOutcome.ValueType) -> Outcome:
    """What a worker reports."""
    return _OUTCOMES[outcome]


def windows_to_proto(windows: Iterable[QuotaWindow]) -> list[pb.QuotaWindow]:
    """Quota as users see it."""
    return [
        pb.QuotaWindow(
            action_type=window.action_type,
            window=window.name,
            used=window.used,
            limit=window.limit,
            reset_time=to_timestamp(window.reset_at),
        )
        for window in windows
    ]
