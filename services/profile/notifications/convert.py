"""Between messages about notifications and their models."""

from inergize.profile.v1 import profile_notifications_pb2 as pb

from services.kernel.messages import to_timestamp
from services.profile.notifications.kinds import Severity
from services.profile.notifications.model import Notification
from services.profile.notifications.watching import News

_SEVERITIES = {
    Severity.INFO: pb.NOTIFICATION_SEVERITY_INFO,
    Severity.WARNING: pb.NOTIFICATION_SEVERITY_WARNING,
    Severity.CRITICAL: pb.NOTIFICATION_SEVERITY_CRITICAL,
}


def notification_to_proto(notification: Notification) -> pb.Notification:
    """A notification."""
    return pb.Notification(
        notification_id=str(notification.notification_id),
        kind=notification.kind,
        severity=_SEVERITIES[notification.severity],
        title=notification.title,
        body=notification.body,
        data=notification.data,
        created_time=to_timestamp(notification.created_at),
        read_time=to_timestamp(notification.read_at),
    )


def news_to_proto(news: News) -> pb.WatchNotificationsResponse:
    """A message of a watcher's stream."""
    return pb.WatchNotificationsResponse(
        notifications=map(notification_to_proto, news.notifications),
        unread_count=news.unread_count,
    )
