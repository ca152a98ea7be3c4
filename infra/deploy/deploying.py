"""A deployment, in its order: look, upload, show, ask, change, migrate, try (« déploiement »)."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from infra.deploy import releases
from infra.deploy.change_set import GOES_ON, drop, execute, let_empty_queues_go, refuse_losses, show, work_out
from infra.deploy.code_store import CodeStore, open_code_store
from infra.deploy.ending import begun
from infra.deploy.failure import Declined, DeploymentFailed, NotReady
from infra.deploy.place import Place, refuse_wrong_account
from infra.deploy.releases import Release
from infra.deploy.secret import secrets_version
from infra.deploy.smoke import door_of, smoke_test
from infra.deploy.stack import RELEASE, UNBORN, Standing, look_at, protect, refuse_if_busy_or_stuck
from infra.deploy.stored import migrate, read_records, refuse_unmigrated, refuse_unreadable
from infra.deploy.unborn import remove_unborn
from infra.migrations.migration import Migration, all_migrations

FOR_DNS = ("DistributionDomain", "MailKey1", "MailKey2", "MailKey3")


@dataclass(frozen=True)
class Deployed:
    """What stands after a deployment."""

    stack: str
    release: str
    changed: bool
    outputs: Mapping[str, str]
    table: str
    address: str


def check(place: Place) -> str:
    """Look whether a deployment could begin; give the present version of the secret, or ``NotReady``."""
    refuse_wrong_account(place)
    refuse_if_busy_or_stuck(place, look_at(place))
    return secrets_version(place)


def deploy(place: Place, package: Path, migrations: Sequence[Migration] | None = None) -> Deployed:
    """Bring a package up, migrate and try it; see ``infra.deploy``.

    ``migrations`` are those of this tree unless told otherwise.
    """
    known = all_migrations() if migrations is None else migrations
    version, standing = check(place), look_at(place)
    place.say(f"{place.stage.name}: the stack {place.stage.stack} in the account {place.caller.account}")
    _refuse_unfitting(place, known)
    if standing.status in UNBORN:
        remove_unborn(place)
        standing = look_at(place)
    store = open_code_store(place)
    release = _release(place, store, standing, package, known)
    parameters = place.stage.parameters | {"SecretsVersion": version, RELEASE: release.name}
    changed = bring_up(place, standing, store, release, parameters)
    with begun(GOES_ON):
        if not changed and release.name == standing.release:
            releases.keep(store, release)  # the same code, which may know more migrations by now
        protect(place)  # once more: a deployment that was cut off has not come to it
        migrate(place, known)
        _say_records(place)
        return tried(place, changed)


def _say_records(place: Place) -> None:
    """Say what the landlord's DNS has to tell: it is known once the stack stands."""
    outputs = look_at(place).outputs
    for name in FOR_DNS:
        if name in outputs:
            place.say(f"  for the landlord's DNS: {name} {outputs[name]}")


def _refuse_unfitting(place: Place, known: Sequence[Migration]) -> None:
    """Refuse code that could not read what the table holds."""
    records = read_records(place, place.stage.parameters["TableName"])
    if records is not None:
        refuse_unreadable(records, [one.number for one in known], "this code")
        refuse_unmigrated(records, known)


def _release(
    place: Place, store: CodeStore, standing: Standing, package: Path, known: Sequence[Migration]
) -> Release:
    """Upload the package; the release that stands keeps its name when nothing of it is different."""
    with tempfile.TemporaryDirectory() as work:
        files = releases.upload_package(store, package, Path(work))
    numbers = tuple(one.number for one in known)
    present = releases.find(store, standing.release)
    if present and present.files == files:
        return replace(present, migrations=numbers)
    at = place.now()
    return Release(
        name=releases.name_release(at, files.template),
        before=standing.release,
        files=files,
        commit=releases.present_commit(),
        by=place.caller.name,
        at=at.isoformat(timespec="seconds"),
        migrations=numbers,
        parameters=place.stage.parameters,
    )


def bring_up(
    place: Place,
    standing: Standing,
    store: CodeStore,
    release: Release,
    parameters: Mapping[str, str],
    *,
    going_back: bool = False,
) -> bool:
    """Change the stack to a release, once somebody has seen what changes; ``False`` when nothing does.

    ``standing`` is what the release was made to follow: ``NotReady`` when another came between.
    """
    changes = work_out(place, standing, store.url(release.files.template), parameters)
    if changes is None:
        place.say("nothing changes")
        return False
    if not look_at(place).follows(standing):
        drop(place, changes)
        raise NotReady("another deployment came between, nothing was changed by this one: look again")
    show(place, changes)
    refuse_losses(place, changes, let_empty_queues_go(place, changes) if going_back else ())
    if not place.ask(f"Change {place.stage.stack} in {place.caller.account} to {_named(release)}?"):
        drop(place, changes)
        raise Declined("nothing was changed")
    releases.keep(store, release)
    execute(place, changes)
    return True


def _named(release: Release) -> str:
    """Name a release with the commit that it was made from."""
    return f"{release.name} (commit {release.commit})" if release.commit else release.name


def tried(place: Place, changed: bool) -> Deployed:
    """Ask the portal what it answers; ``DeploymentFailed`` says what is wrong, and how to go back."""
    standing = look_at(place)
    wrong = smoke_test(place, standing.outputs)
    if wrong:
        raise DeploymentFailed(
            f"{standing.release} stands, but the portal does not answer as it should:\n  "
            + "\n  ".join(wrong)
            + f"\nto go back to the release before it:  make rollback STAGE={place.stage.name}"
        )
    place.say(f"{standing.release} stands")
    return Deployed(
        place.stage.stack,
        standing.release,
        changed,
        standing.outputs,
        standing.parameters["TableName"],
        door_of(place, standing.outputs).address,
    )
