"""Whose acts protect the child and whose goals these are: parents, and others who bring the child up."""

from services.network.domain.members import RelationshipKind, Standing

_PARENTS = frozenset(
    {
        RelationshipKind.MOTHER,
        RelationshipKind.FATHER,
        RelationshipKind.ALLEGED_FATHER,
        RelationshipKind.STEPPARENT,
        RelationshipKind.GUARDIAN,
        RelationshipKind.INDIAN_CUSTODIAN,
    }
)


def is_parent(standing: Standing) -> bool:
    """Whether a member stands as a parent does, a caregiver of concern among them, whatever the relationship."""
    return standing.relationship in _PARENTS or standing.caregiver_of_concern


def is_caregiver(standing: Standing) -> bool:
    """Whether a member is a parent or brings the child up in a parent's place."""
    return is_parent(standing) or standing.relationship is RelationshipKind.RESOURCE_PARENT
