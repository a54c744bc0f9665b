"""Ports: the usual ones where they are free, others where not, and said so."""

import socket

from deploy.local import ports, servers


def test_a_taken_port_is_replaced_and_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        chosen = ports.choose(usual={"portal": number})
    assert chosen.moved == {"portal": number}
    assert chosen.of["portal"] != number


def test_a_base_gives_ports_in_a_row() -> None:
    base = ports.choose_free(["any"]).of["any"]
    chosen = ports.choose(base, usual={"portal": 1, "network": 2})
    assert {**{"portal": base, "network": base + 1}, **{name: chosen.of[name] for name in chosen.moved}} == chosen.of


def test_free_ports_are_all_different() -> None:
    chosen = ports.choose_free()
    assert len(set(chosen.of.values())) == len(ports.USUAL)
    assert chosen.moved == {}


def test_a_process_is_never_given_the_same_port_twice() -> None:
    given = [servers.free_port() for _ in range(100)]
    assert len(set(given)) == 100
    assert all(20_000 <= port < 32_000 for port in given)
