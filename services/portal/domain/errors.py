"""What portal itself refuses; what the services refuse comes with their own words."""

from shared.kernel.errors import Refused


class FormRefused(Refused):
    """This form did not come from a page of ours, or is too old. Open the page again and send it once more."""

    code = "csrf"


class ContactsHidden(Refused):
    """How somebody is reached safely is shown only to staff who may see phone numbers. Ask the family's worker."""

    code = "contacts_hidden"
