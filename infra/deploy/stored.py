"""What is stored in a stage's table, and which release can read it: migrations (« données »)."""

from collections.abc import Collection, Mapping, Sequence

from botocore.exceptions import ClientError

from infra.deploy import releases
from infra.deploy.code_store import CodeStore, known_code_store
from infra.deploy.ending import begun
from infra.deploy.failure import DeploymentFailed, NotReady
from infra.deploy.place import Place
from infra.deploy.stack import Standing, look_at, refuse_if_busy_or_stuck
from infra.migrations.migration import Migration
from infra.migrations.records import Record, Records, Taken
from infra.migrations.running import Migrating, TooBusy


def read_records(place: Place, table: str) -> Mapping[int, Record] | None:
    """Read which migrations have run in a table; ``None`` when there is no such table yet."""
    try:
        return Records(place.client("dynamodb"), table).all()
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise


def refuse_unreadable(records: Mapping[int, Record], known: Collection[int], release: str) -> None:
    """Refuse a release that would find items in a shape that it does not know."""
    beyond = [one for one in records.values() if one.number not in known and not one.readable_by_older]
    if beyond:
        raise NotReady(
            f"{release} cannot read what is stored since the migration "
            + ", ".join(f"{one.number:04} ({one.name}, {one.started_at[:10]})" for one in beyond)
            + ": nothing was changed"
        )


def refuse_unmigrated(records: Mapping[int, Record], migrations: Sequence[Migration]) -> None:
    """Refuse a release whose code has dropped a shape that is still stored."""
    for one in migrations:
        if one.needed and not (one.number in records and records[one.number].done):
            raise NotReady(
                f"this code needs the migration {one} to have run: deploy a version before it first, and let "
                "that one migrate"
            )


def migrate(place: Place, migrations: Sequence[Migration], *, dry_run: bool = False) -> list[Record]:
    """Run what a stage's table lacks, as far as the release before the present one can read it.

    With ``dry_run`` it only counts.  ``DeploymentFailed`` when a migration does not come to its end.
    """
    standing = look_at(place)
    refuse_if_busy_or_stuck(place, standing)
    if not standing.exists:
        raise NotReady(f"there is no stack {place.stage.stack} yet: make deploy STAGE={place.stage.name}")
    whole = _migrating(place, known_code_store(place), standing)
    if dry_run:
        whole.try_out(migrations)
        return []
    try:
        with begun(f"make migrate STAGE={place.stage.name} goes on from there", meanwhile=""):
            ran = whole.run(migrations)
    except (Taken, TooBusy) as reason:
        raise DeploymentFailed(f"{reason}\nto go on:  make migrate STAGE={place.stage.name}") from reason
    if not ran:
        place.say("no migration to run")
    return ran


def _migrating(place: Place, store: CodeStore, standing: Standing) -> Migrating:
    return Migrating(
        dynamodb=place.client("dynamodb"),
        table=standing.parameters["TableName"],
        by=place.caller.name,
        release=standing.release,
        known_before=_known_before(store, standing.release),
        say=place.say,
        now=place.now,
    )


def _known_before(store: CodeStore, release: str) -> tuple[int, ...] | None:
    """Give the migrations that the release before knows; ``None`` when there is no release before."""
    present = releases.find(store, release)
    if present is None or not present.before:
        return None
    earlier = releases.find(store, present.before)
    return earlier.migrations if earlier else ()
