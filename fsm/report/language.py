"""Which language to report in where neither the command line nor the spec says so."""

import locale
import os


def fallback_language() -> str:
    """ "zh" where the user's locale is Chinese, else "en"."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "zh" if value.lower().startswith(("zh", "chinese")) else "en"
    name = locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"
