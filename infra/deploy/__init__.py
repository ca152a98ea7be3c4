"""Deployment: a package goes up on AWS, or on the local cloud, and comes back (« déploiement »).

::

    from infra.deploy import NEARBY, Place, deploy, migrate, read_stage, roll_back

    place = Place(
        stage=read_stage("rehearsal"),      # infra/aws/stages/rehearsal.json: name, parameters, account
        ask=lambda question: True,          # shows a question, tells whether to go on
        say=print,                          # takes one line of text
        endpoint="http://127.0.0.1:4566",   # the local cloud; nothing for AWS
        credentials=Credentials(...),       # infra.local.resources.Credentials; nothing: boto3's own chain
        patience=NEARBY,                    # how long to wait; ON_AWS unless said otherwise
    )
    deployed = deploy(place, folder)        # folder: what ``infra.package.build`` made
    deployed.outputs["TableName"], deployed.address, deployed.release, deployed.changed
    roll_back(place)                        # to the release before; or roll_back(place, "20261123T084200Z-…")
    migrate(place, all_migrations(), dry_run=True)

``folder`` holds ``deployment.zip``, the two layers and ``template.yaml``.  The stage's secret has to
be in Secrets Manager (``needed_keys(stage.name)`` lists what is in it).  ``NotReady`` means that nothing was
begun, ``DeploymentFailed`` that something went wrong on the way (``Declined``: the person said no); their
text is for the operator.
"""

from infra.deploy.deploying import Deployed, check, deploy
from infra.deploy.failure import Declined, DeploymentFailed, NotReady
from infra.deploy.going_back import roll_back
from infra.deploy.place import NEARBY, ON_AWS, Patience, Place
from infra.deploy.secret import needed_keys
from infra.deploy.stage import Stage, read_stage
from infra.deploy.stored import migrate

__all__ = [
    "NEARBY",
    "ON_AWS",
    "Declined",
    "Deployed",
    "DeploymentFailed",
    "NotReady",
    "Patience",
    "Place",
    "Stage",
    "check",
    "deploy",
    "migrate",
    "needed_keys",
    "read_stage",
    "roll_back",
]
