"""Archives as LinkedIn makes them for its members."""

import csv
import io
import zipfile
from collections.abc import Mapping

CONNECTIONS = """Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Ada,Lovelace,https://www.linkedin.com/in/ada,,Analytical Engines,Programmer,12 Mar 2024
Grace,Hopper,https://www.linkedin.com/in/grace?trk=x,,Navy,"Rear Admiral, retired",01 Feb 2023
,,,,,,03 Jan 2022
"""
_ME, _ADA = "https://www.linkedin.com/in/me", "https://www.linkedin.com/in/ada"
_ALAN = "https://www.linkedin.com/in/alan"


def sheet_of(*rows: dict[str, str]) -> str:
    """A CSV file with a row for each of `rows`."""
    text = io.StringIO()
    written = csv.DictWriter(text, list(rows[0]))
    written.writeheader()
    written.writerows(rows)
    return text.getvalue()


def _invitation(
    direction: str, inviter: str, invitee: str, sent_at: str, message: str
) -> dict[str, str]:
    return {
        "From": "Somebody",
        "To": "Somebody",
        "Sent At": sent_at,
        "Message": message,
        "Direction": direction,
        "inviterProfileUrl": inviter,
        "inviteeProfileUrl": invitee,
    }


def _message(sender: str, recipient: str, date: str, content: str, folder: str) -> dict[str, str]:
    return {
        "CONVERSATION ID": "2-a",
        "CONVERSATION TITLE": "",
        "FROM": "Somebody",
        "SENDER PROFILE URL": sender,
        "TO": "Somebody",
        "RECIPIENT PROFILE URLS": recipient,
        "DATE": date,
        "SUBJECT": "",
        "CONTENT": content,
        "FOLDER": folder,
    }


INVITATIONS = sheet_of(
    _invitation("OUTGOING", _ME, _ADA, "3/10/24, 9:15 AM", "Hello"),
    _invitation("INCOMING", _ALAN, _ME, "4/1/24, 11:05 PM", ""),
)
MESSAGES = sheet_of(
    _message(_ME, _ADA, "2024-03-13 08:00:00 UTC", "Two\nlines, and a comma", "SENT"),
    _message(_ADA, _ME, "2024-03-13 09:30:00 UTC", "Secret words", "INBOX"),
)
SHARES = sheet_of(
    {
        "Date": "2024-05-01 10:00:00",
        "ShareLink": "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7",
        "ShareCommentary": "First post",
        "SharedUrl": "",
        "MediaUrl": "",
        "Visibility": "MEMBER_NETWORK",
    }
)
PROFILE = sheet_of(
    {
        "First Name": "Me",
        "Last Name": "Myself",
        "Headline": "Builds engines",
        "Summary": "Long story",
        "Industry": "Software",
        "Zip Code": "",
        "Geo Location": "Berlin, Germany",
    }
)
WHOLE = {
    "Connections.csv": CONNECTIONS,
    "Invitations.csv": INVITATIONS,
    "messages.csv": MESSAGES,
    "Shares.csv": SHARES,
    "Profile.csv": PROFILE,
    "Ad_Targeting.csv": "Member Age\n25-34\n",
}


def archive_of(files: Mapping[str, str | bytes]) -> bytes:
    """A ZIP of the given files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return packed.getvalue()
