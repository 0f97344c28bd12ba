"""Which version of this package is installed."""


def version() -> str:
    """The version, "0" where the package runs from a folder without being installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("fsm-verify")
    except PackageNotFoundError:
        return "0"
