"""Back to a release that stood before: its code and its template, with today's settings (« retour »).

Neither the parameters nor the secret go back: they name the table after a restore, or a key that was replaced
because it had leaked.  What the table holds stays as it is too.
"""

import itertools

from infra.deploy import releases
from infra.deploy.change_set import GOES_ON
from infra.deploy.code_store import CodeStore, known_code_store
from infra.deploy.deploying import Deployed, bring_up, check, tried
from infra.deploy.ending import begun
from infra.deploy.failure import NotReady
from infra.deploy.place import Place
from infra.deploy.releases import Release
from infra.deploy.stack import RELEASE, Standing, look_at
from infra.deploy.stored import read_records, refuse_unreadable

SHOWN = 5


def roll_back(place: Place, wanted: str = "") -> Deployed:
    """Go back to the release before the present one, or to an earlier one by its name; try it.

    ``NotReady`` when there is none, or when it could not read what is stored by now.
    """
    version, standing = check(place), look_at(place)
    store = known_code_store(place)
    if not standing.exists or not standing.release:
        raise NotReady(f"no release of {place.stage.stack} stands: there is nothing to go back from")
    earlier = list(itertools.islice(releases.before(store, standing.release), None if wanted else SHOWN))
    _show(place, standing.release, earlier)
    chosen = releases.get(store, _chosen(standing, earlier, wanted))
    records = read_records(place, standing.parameters["TableName"]) or {}
    refuse_unreadable(records, chosen.migrations, chosen.name)
    parameters = _parameters(place, store, standing, chosen) | {
        "SecretsVersion": version,
        RELEASE: chosen.name,
    }
    changed = bring_up(place, standing, store, chosen, parameters, going_back=True)
    with begun(GOES_ON):
        return tried(place, changed)


def _show(place: Place, present: str, earlier: list[Release]) -> None:
    place.say(f"{place.stage.stack} in the account {place.caller.account}: {present} stands, before it")
    for one in earlier:
        place.say(f"  {one.name}  {one.at}  {one.commit[:12] or '-'}  by {one.by}")


def _chosen(standing: Standing, earlier: list[Release], wanted: str) -> str:
    if not earlier:
        raise NotReady(f"{standing.release} is the first release: there is none before it")
    if not wanted:
        return earlier[0].name
    if wanted not in {one.name for one in earlier}:
        raise NotReady(f"{wanted} never stood before {standing.release}")
    return wanted


def _parameters(place: Place, store: CodeStore, standing: Standing, chosen: Release) -> dict[str, str]:
    """Give what the older template asks for: as it is now, or as it was when nobody asks for it any more."""
    summary = place.client("cloudformation").get_template_summary(
        TemplateURL=store.url(chosen.files.template)
    )
    given = dict(chosen.parameters) | dict(standing.parameters)
    return {name: given[name] for one in summary["Parameters"] if (name := one["ParameterKey"]) in given}
