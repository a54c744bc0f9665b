"""What an import is refused with as a whole. What single lines are refused with is in its report, line by line."""

from shared.kernel.errors import Conflict


class StaleImport(Conflict):
    """A newer file of this source was already taken, so this one changes nothing. Send one with a later `as_of`."""

    code = "stale_import"


class ImportRunning(Conflict):
    """An import of this source and kind is not finished yet. Wait until it is, then send this one."""

    code = "import_running"


class ReplaceWouldRemove(Conflict):
    """This file leaves out records that are there. If they are to end, send it again with `confirm_remove` and their number."""

    code = "replace_would_remove"


class ReplaceIncomplete(Conflict):
    """Some lines do not say whom they are about, so nothing can be ended by what is left out. Correct them and send it again."""

    code = "replace_incomplete"
