"""Steps of a case plan: a service is questioned, a behaviour is not, and no text is refused."""

import pytest

from services.network.domain.case_steps import basis_hints, hints
from services.network.domain.hints import HintCode
from services.network.domain.statements import StatementKind

SERVICES_ONLY = [
    "Attend parenting classes.",
    "Dana will complete the anger management program by June 1.",
    "Complete substance abuse treatment and attend AA meetings weekly",
    "Rick will enroll in the program, attend every session and complete it.",
    "Enrol in a course.",
    "Participate in family therapy",
    "Take a parenting class and show proof of completion.",
    "Go to counseling every Tuesday at the county center",
    "Asistir a clases de crianza.",
    "Lucía completará el programa de control de la ira.",
    "Inscribirse en un curso",
    "Participará en terapia familiar y entregará el certificado.",
]

BEHAVIOURS = [
    "When Rick feels angry he walks outside and calls Carmen.",
    "Attend the parenting class and use a time-out instead of hitting when Mateo cries.",
    "Complete the bedtime routine with Zoe every night.",
    "Dana puts all medicine in the locked box before bed.",
    "Attend AA, and call Kim before taking a drink.",
    "Cuando Lucía se enoje, sale al patio y llama a Carmen.",
    "Asistir al taller y practicar con Mateo lo que aprendió.",
    "Carmen guarda las llaves del carro cada viernes.",
    "",
    "…",
]


@pytest.mark.parametrize("text", SERVICES_ONLY)
def test_a_step_that_only_goes_to_a_service_is_questioned(text: str) -> None:
    assert [hint.code for hint in hints(text)] == [HintCode.SERVICE_ONLY_STEP]


@pytest.mark.parametrize("text", BEHAVIOURS)
def test_a_step_that_others_can_see_is_not(text: str) -> None:
    assert hints(text) == ()


def test_a_long_text_takes_no_longer_than_a_glance() -> None:
    assert hints("attend a program, " * 2_000)
    assert hints("a" * 20_000) == ()


def test_a_step_about_complicating_factors_alone_is_questioned() -> None:
    only, also = [StatementKind.COMPLICATING_FACTOR] * 2, [StatementKind.COMPLICATING_FACTOR, StatementKind.DANGER]
    assert [hint.code for hint in basis_hints(only)] == [HintCode.NOT_A_DANGER]
    assert basis_hints(also) == basis_hints([]) == ()
