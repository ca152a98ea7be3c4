"""Why nothing was packaged (« échec »)."""


class PackagingFailed(Exception):
    """There is no package: the message says what is missing or what must not travel."""
