"""The one way to a running vault: stores, ground and parts, opened and checked.

Rules kept here:
- Plain values go down (URLs, ids, a clock); no part reads the environment or makes another part.
- Nothing is handed out before the stores are known to be one vault telling one story, and the root
  key opens every generation.
- What was opened here is closed here.

Use::

    with opened(settings) as services:
        services.companies.add(...)
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext

from audit_portal.bootstrap.whole import services_of
from audit_portal.founding import NO_VAULT, Ground, laid
from audit_portal.mail import Errands
from audit_portal.page_services import PageServices
from audit_portal.settings import Settings
from audit_portal.stores import Stores, open_stores
from vault.clock import Clock, SystemClock
from vault.errors import OperatorMustAct


@contextmanager
def opened(
    settings: Settings, *, clock: Clock | None = None, making: bool = False
) -> Iterator[PageServices]:
    """This vault, open and checked; ``OperatorMustAct`` says what is missing.

    ``making``: bring the stores to shape first, and make a vault where there is none.
    """
    if making and settings.uses_folder:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.uses_folder and not settings.data_dir.is_dir():
        raise OperatorMustAct(NO_VAULT)
    with open_stores(settings.store_url) as stores:
        # Of two first starts at once one makes the vault; the other waits and finds it made.
        with stores.lock.alone() if making else nullcontext():
            ground = _ground(stores, settings, clock or SystemClock(), making=making)
        with closing(Errands()) as errands:
            yield services_of(ground, settings, errands)


def _ground(stores: Stores, settings: Settings, clock: Clock, *, making: bool) -> Ground:
    if making:
        stores.migrate()
    stores.require_shape()
    return laid(
        stores,
        issuer=settings.issuer,
        root_key=settings.root_key_file,
        clock=clock,
        making=making,
    )
