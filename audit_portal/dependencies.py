"""What a route may ask for: the services of this process, handed over by the application.

Rules kept here:
- A route is given parts; it never builds one and never reads the environment.
- Nothing is committed after the answer: a dependency here opens no transaction.

Use::

    @router.get("/…")
    def page(services: HasServices) -> Response: ...
"""

from typing import Annotated, cast

from fastapi import Depends, Request

from audit_portal.services import Services


def services_of(request: Request) -> Services:
    """The parts this application was made from."""
    return cast("Services", request.app.state.services)


HasServices = Annotated[Services, Depends(services_of)]
