"""Between the contract's messages about targets and the room's own values."""

from inergize.automation.v1 import automation_targets_pb2 as pb

from services.automation.targets.domain import Imported
from services.automation.targets.model import Outcome, Target
from services.kernel import messages

_STATE_OF = {
    name.removeprefix("TARGET_STATE_").lower(): value for name, value in pb.TargetState.items()
}
_STATES = {value: word for word, value in _STATE_OF.items()}
_OUTCOMES = {
    pb.TARGET_OUTCOME_ACCEPTED: Outcome.ACCEPTED,
    pb.TARGET_OUTCOME_REPLIED: Outcome.REPLIED,
    pb.TARGET_OUTCOME_DECLINED: Outcome.DECLINED,
}


def state_from_proto(state: pb.TargetState.ValueType) -> str | None:
    """The state a list is narrowed to; None for none."""
    return None if state == pb.TARGET_STATE_UNSPECIFIED else _STATES[state]


def outcome_from_proto(outcome: pb.TargetOutcome.ValueType) -> Outcome:
    """What a person has done."""
    return _OUTCOMES[outcome]


def imported_to_proto(imported: Imported) -> pb.ImportTargetsResponse:
    """What became of a table."""
    return pb.ImportTargetsResponse(
        imported_count=imported.imported_count,
        known_count=imported.known_count,
        problems=[pb.TargetProblem(line=one.line, rule=one.rule) for one in imported.problems],
    )


def target_to_proto(target: Target) -> pb.Target:
    """A target as its user sees it."""
    return pb.Target(
        target_id=str(target.target_id),
        target_linkedin_id=target.target_linkedin_id,
        state=_STATE_OF[target.state],
        stop_reason=target.stop_reason,
        stopped_time=messages.to_timestamp(target.stopped_at),
        created_time=messages.to_timestamp(target.created_at),
        updated_time=messages.to_timestamp(target.updated_at),
        **target.data,
    )
