"""Words that tell of treatment read as "service provider"; all others stay as they were written."""

import pytest

from services.network.domain.part2_words import gives_away, masked


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Dana sees her SUD counselor on Mondays.", "Dana sees her service provider on Mondays."),
        ("the substance use disorder treatment program", "the service provider"),
        ("Substance-abuse counsellors", "service provider"),
        ("Drive Dana to the drug and alcohol treatment center.", "Drive Dana to the service provider."),
        ("after the methadone clinic", "after the service provider"),
        ("with his AA sponsor", "with his service provider"),
        ("Narcotics Anonymous at seven", "service provider at seven"),
        ("out of rehab by June", "out of service provider by June"),
        ("la consejera de adicciones", "la proveedor de servicios"),
        ("un centro de rehabilitación", "un proveedor de servicios"),
        ("el programa de tratamiento para el abuso de sustancias", "el proveedor de servicios"),
        ("la clinica de metadona", "la proveedor de servicios"),
        ("Alcohólicos Anónimos los lunes", "proveedor de servicios los lunes"),
    ],
)
def test_roles_and_places_of_treatment_read_as_a_service_provider(text: str, read: str) -> None:
    assert masked(text) == read
    assert gives_away([text])
    assert not gives_away([read])


@pytest.mark.parametrize(
    "text",
    [
        "Rick drinks at night and hits Dana.",
        "No alcohol in the house.",
        "Nobody brings drugs home.",
        "The school counselor calls Carmen.",
        "Carmen's doctor, the clinic on Elm Street",
        "Matt coaches the group; the pediatric clinic is near.",
        "Nadie bebe en casa. La consejera de la escuela llama.",
        "El doctor de Mateo",
        "",
    ],
)
def test_everything_else_stays_as_it_was_written(text: str) -> None:
    assert masked(text) == text
    assert not gives_away([text])


def test_masking_twice_is_masking_once() -> None:
    once = masked("SUD counselor, consejero de adicciones")
    assert masked(once) == once == "service provider, proveedor de servicios"
