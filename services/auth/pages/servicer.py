"""AuthService's RPCs that show pages."""

from google.api.httpbody_pb2 import HttpBody
from inergize.auth.v1 import auth_pages_pb2 as pb

from services.auth.pages.page import page
from services.kernel.interceptors.call import Context

HTML = "text/html; charset=utf-8"


class PagesServicer:
    """Shows pages; what their requests hold is for the page's own script."""

    def __init__(self, front_end_url: str) -> None:
        self._front_end_url = front_end_url

    async def ShowVerifyEmailPage(
        self, request: pb.ShowVerifyEmailPageRequest, context: Context
    ) -> pb.ShowVerifyEmailPageResponse:
        return pb.ShowVerifyEmailPageResponse(page=await self._shown("verify_email", context))

    async def ShowResetPasswordPage(
        self, request: pb.ShowResetPasswordPageRequest, context: Context
    ) -> pb.ShowResetPasswordPageResponse:
        return pb.ShowResetPasswordPageResponse(page=await self._shown("reset_password", context))

    async def _shown(self, name: str, context: Context) -> HttpBody:
        shown = page(name, self._front_end_url)
        await context.send_initial_metadata(shown.headers)
        return HttpBody(content_type=HTML, data=shown.html)
