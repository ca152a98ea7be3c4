"""Why a deployment did not happen, or did not end well (« échec »); the messages are for the operator."""


class DeploymentFailed(Exception):
    """Something went wrong on the way: the message says what stands now and what to do."""


class Declined(DeploymentFailed):
    """The person who was asked said no; nothing was changed."""


class NotReady(Exception):
    """Nothing was begun: a name, a credential, a secret or a state is not as it has to be."""
