"""What network refuses, each with the sentence a person reads and a code that never changes.

A record that the caller may not see is always the kernel's `NotFound`, with nothing added: it must look like one that is not there.
"""

from shared.kernel.errors import Conflict, Refused


class CaseIsClosed(Conflict):
    """Work with this family has ended, so nothing about it can change. Open a new family record to work with them again."""

    code = "case_closed"


class AlreadyMember(Conflict):
    """This person is already in the family's network. Change the entry that is there."""

    code = "already_member"


class AlreadyChild(Conflict):
    """This child is already part of the family. Change the facts that are there."""

    code = "already_child"


class ExternalIdTaken(Conflict):
    """Another record of the county already has this external id. Look it up and use that one."""

    code = "external_id_taken"


class StaffIdTaken(Conflict):
    """Another person of the county already has this staff id. Look that person up and use that record."""

    code = "staff_id_taken"


class SeparationExists(Conflict):
    """These two people are already kept apart in this family. Lift that rule first if it must change."""

    code = "separation_exists"


class ConsentWithdrawn(Conflict):
    """This person said stop on this number or address. Only their own word (such as START) can allow messages again."""

    code = "consent_withdrawn"


class NotYoursToReassign(Refused):
    """Only a supervisor of the unit or a county administrator may change a family's unit or assigned staff. Ask one of them."""

    code = "reassignment_refused"


class ColleagueRecord(Refused):
    """Only they themselves, a scheduler, a supervisor or an administrator may change a colleague's record. Ask one of them."""

    code = "colleague_record"


class ProtectiveOrderStands(Refused):
    """A protective order is on record. Only a supervisor or a county administrator may lift this rule, once the order has ended."""

    code = "protective_order_stands"


class WholeCountyOnly(Refused):
    """This spans all families of a person. Ask an administrator or an auditor, or read the record of one family."""

    code = "whole_county_only"


class CountySystemsOnly(Refused):
    """Writing by external id is for county systems and administrators. Use the record's own address instead."""

    code = "county_systems_only"


class AdministratorsOnly(Refused):
    """Only a county administrator may do this. Ask one."""

    code = "administrators_only"


class SecondPersonNeeded(Conflict):
    """Destroying words cannot be undone, so somebody else has to approve it. Name another account."""

    code = "second_person_needed"


class WordsStillNeeded(Conflict):
    """Work with a family of this record goes on, so its words are needed. End that work first."""

    code = "words_still_needed"
