"""How an operator's command ends: one line that says why, and an exit code (« fin »)."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy.explaining import FAILED, NOT_BEGUN, explained
from infra.deploy.failure import DeploymentFailed, NotReady
from infra.migrations.migration import BadMigration
from infra.package.failure import PackagingFailed

WELL, INTERRUPTED = 0, 130


def ended(do: Callable[[], bool], when_stopped: str) -> int:
    """Do something, and give the exit code; 2 when nothing was begun, 1 when it went wrong, 130 by hand."""
    try:
        return WELL if do() else FAILED
    except NotReady as reason:
        return _end(NOT_BEGUN, str(reason))
    except (DeploymentFailed, PackagingFailed, BadMigration) as reason:
        return _end(FAILED, str(reason))
    except (ClientError, BotoCoreError) as reason:
        return _end(*explained(reason))
    except KeyboardInterrupt:
        return _end(INTERRUPTED, when_stopped)


@contextmanager
def begun(goes_on: str, meanwhile: str = "AWS goes on by itself; ") -> Iterator[None]:
    """Whatever is refused in here comes after the beginning: ``DeploymentFailed``, with how to go on."""
    try:
        yield
    except NotReady as reason:
        raise DeploymentFailed(str(reason)) from reason
    except (ClientError, BotoCoreError) as error:
        code, why = explained(error)
        advice = "sign in again, then " if code == NOT_BEGUN else ""
        raise DeploymentFailed(f"{why}; {meanwhile}{advice}{goes_on}") from error


def _end(code: int, reason: str) -> int:
    sys.stdout.flush()
    sys.stderr.write(reason + "\n")
    return code
