"""A copy of the table as it was at a moment: begun, waited for, made as safe as the live one (« copie »)."""

import time
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.failure import NotReady
from infra.deploy.place import Place
from infra.local.resources import EXPIRY_ATTRIBUTE

RECOVERY_DAYS = 35
TRIES = 60
UNKNOWN_LOOKS = 12
ON_ITS_WAY = {"CREATING", "UPDATING"}
# A table that has just been restored takes its settings one after the other.
NOT_YET = {"ContinuousBackupsUnavailableException", "ResourceInUseException", "LimitExceededException"}


def name_of_copy(table: str, at: datetime) -> str:
    """Name the copy after its moment: the same command goes on where another was cut off."""
    return f"{table}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def restorable(place: Place, table: str) -> tuple[datetime, datetime]:
    """Ask for the first and the last second that can be restored; the last is five minutes ago, on AWS."""
    told = place.client("dynamodb").describe_continuous_backups(TableName=table)
    recovery = told["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
        raise NotReady(f"{table} has no point-in-time recovery: there is nothing to restore from")
    first, last = (recovery[f"{which}RestorableDateTime"] for which in ("Earliest", "Latest"))
    return first.replace(microsecond=0), last.replace(microsecond=0)


def is_there(place: Place, name: str) -> bool:
    """Tell whether a copy is there, or on its way."""
    return bool(_described(place.client("dynamodb"), name))


def begin(place: Place, table: str, at: datetime) -> bool:
    """Ask for the copy; ``False`` when it is there or on its way."""
    dynamodb, name = place.client("dynamodb"), name_of_copy(table, at)
    if _described(dynamodb, name):
        return False
    key = (_described(dynamodb, table).get("SSEDescription") or {}).get("KMSMasterKeyArn")
    locked = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=table,
        TargetTableName=name,
        RestoreDateTime=at,
        **({"SSESpecificationOverride": locked} if key else {}),
    )
    return True


def wait(place: Place, name: str, minute: float = 60) -> None:
    """Wait for the copy, for as long as it takes: minutes for a small table, hours for a large one.

    One line a minute (in seconds) says that it does.  ``NotReady`` when it will never come.
    """
    began = told_at = time.monotonic()
    looks = 0
    while (status := _status(place, name)) != "ACTIVE":
        looks += 1
        # AWS may not know at once what it was just asked for.
        if status not in ON_ITS_WAY and (status or looks > UNKNOWN_LOOKS):
            raise NotReady(
                f"the copy {name} is {status or 'gone'}, and will not come: look at it in the console"
            )
        if time.monotonic() - told_at >= minute:
            told_at = time.monotonic()
            place.say(f"  {status or 'asked for'} since {round(told_at - began)} s")
        time.sleep(place.patience.look)


def _status(place: Place, name: str) -> str:
    return str(_described(place.client("dynamodb"), name).get("TableStatus", ""))


def make_safe(place: Place, name: str) -> None:
    """Switch on what a restored table has not: protection, recovery, expiry."""
    dynamodb = place.client("dynamodb")
    if not _described(dynamodb, name).get("DeletionProtectionEnabled"):
        _at_last(place, lambda: dynamodb.update_table(TableName=name, DeletionProtectionEnabled=True))
    wait(place, name)
    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": RECOVERY_DAYS}
    _at_last(
        place,
        lambda: dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery),
    )
    if not _expires(dynamodb, name):
        expiry = {"Enabled": True, "AttributeName": EXPIRY_ATTRIBUTE}
        _at_last(place, lambda: dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry))


def unsafe(place: Place, table: str, name: str) -> list[str]:
    """Give what the copy still lacks of the live table's safety."""
    dynamodb = place.client("dynamodb")
    live, copy = _described(dynamodb, table), _described(dynamodb, name)
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    keys = [(one.get("SSEDescription") or {}).get("KMSMasterKeyArn") for one in (live, copy)]
    indexes = [sorted(i["IndexName"] for i in one.get("GlobalSecondaryIndexes", [])) for one in (live, copy)]
    seen = {
        "deletion protection": copy.get("DeletionProtectionEnabled"),
        "recovery": backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED",
        "expiry": _expires(dynamodb, name),
        "the live table's key": keys[0] == keys[1],
        "the live table's indexes": indexes[0] == indexes[1],
    }
    return [what for what, there in seen.items() if not there]


def remove(place: Place, table: str, name: str) -> None:
    """Delete a copy that this drill has made, and nothing else."""
    if name == table or not name.startswith(f"{table}-"):
        raise NotReady(f"{name} is no copy of {table}")
    dynamodb = place.client("dynamodb")
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    wait(place, name)
    dynamodb.delete_table(TableName=name)


def _described(dynamodb: Any, name: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = dynamodb.describe_table(TableName=name)["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return {}
    return found


def _expires(dynamodb: Any, name: str) -> bool:
    told = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return told["TimeToLiveStatus"] in {"ENABLING", "ENABLED"} and told["AttributeName"] == EXPIRY_ATTRIBUTE


def _at_last(place: Place, change: Any) -> None:
    for left in range(TRIES, 0, -1):
        try:
            change()
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_YET or left == 1:
                raise
            time.sleep(place.patience.look)
        else:
            return
