"""docker-compose.yml and deploy/Dockerfile, held to the code.

No Docker engine is asked: the files are read, and what they would run is run here as local processes, in their order, with their
settings, against this test run's servers.
"""

import ast
import base64
import importlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are not in the lock
from redis import Redis
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.engine import make_url

from deploy.local import assets
from deploy.local import servers as local
from shared import fault
from shared.jobs.factory import queue_name
from shared.settings import Sending, read_counties
from tests.support.servers import Servers

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "deploy" / "env" / "county.env.example"
COUNTIES = ROOT / "deploy" / "env" / "counties.json.example"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
RUNBOOK = (ROOT / "deploy" / "runbook.md").read_text(encoding="utf-8")
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
OWN = {name: one for name, one in CONTAINERS.items() if "build" in one}
SERVERS = {"postgres", "valkey"}
SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/__init__.py"))
WITH_DATABASE = [name for name in SERVICES if (ROOT / "services" / name / "storage").is_dir()]
OWNERS_VARIABLE = "SURROUND_OWNER_DATABASE_URL"
PROVISION = "shared.db.provision"

VARIABLE = re.compile(r"\$\{(?P<name>[A-Z0-9_]+)(?P<how>:\?|:-)(?P<word>[^}]*)\}")
SECRET = re.compile(r"(PASSWORD|SECRET|WRAPPING_KEY)$")


class Missing(Exception):
    """A variable that has to be set is not; the message says which."""


def filled(value: str, variables: Mapping[str, str]) -> str:
    """Fill in `${NAME:?words}` and `${NAME:-default}`; any other dollar sign is a mistake."""

    def fill(found: re.Match[str]) -> str:
        given = variables.get(found["name"], "")
        if not given and found["how"] == ":?":
            raise Missing(found["name"])
        return given or found["word"]

    result = VARIABLE.sub(fill, value)
    assert "$" not in result, value
    return result


def environment_of(container: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, str]:
    return {name: filled(value, variables) for name, value in container.get("environment", {}).items()}


def variables_in(thing: object) -> set[re.Match[str]]:
    """Every variable that a part of the file asks the operator's environment for."""
    return set(VARIABLE.finditer(yaml.safe_dump(thing, width=10_000)))


def example() -> dict[str, str]:
    """The variables of the example, as they are handed out."""
    lines = [line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def dummies() -> dict[str, str]:
    """The example, filled in as an operator would."""
    key = base64.b64encode(bytes(32)).decode()
    given = {}
    for name, value in example().items():
        host = f"{name.lower().replace('_', '-')}.example.org"
        given[name] = value or (host if name.endswith("_HOST") else f"https://{host}")
    return given | {name: key if name.endswith("WRAPPING_KEY") else "Abc123" for name in given if SECRET.search(name)}


def service_of(container: Mapping[str, Any]) -> str:
    return str(container["build"]["args"]["SERVICE"])


class Asked(dict[str, str]):
    """An environment that remembers which of its names were read."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


def read_settings(service: str, environment: Mapping[str, str]) -> tuple[Any, set[str]]:
    """Read a service's settings as its process would; return them and every name that was asked for."""
    asked = Asked({**environment, "SURROUND_COUNTIES": str(COUNTIES)})
    return importlib.import_module(f"services.{service}.settings").read_settings(asked), asked.names


own = pytest.mark.parametrize("name", OWN)
service = pytest.mark.parametrize("service", SERVICES)


# What runs


@own
def test_a_command_is_one_that_its_service_has(name: str) -> None:
    module, word = OWN[name]["command"]
    if module == PROVISION:
        assert word == service_of(OWN[name])
    else:
        assert module == f"services.{service_of(OWN[name])}"
        importlib.import_module(f"{module}.__main__").parser().parse_args([word])


@service
def test_every_part_of_a_service_runs_once(service: str) -> None:
    """What `all` would run in one process runs in several; what is left is for a person to type, and the runbook says when."""
    parser = importlib.import_module(f"services.{service}.__main__").parser()
    words = set(next(action.choices for action in parser._actions if action.dest == "command"))
    started = [one["command"][1] for one in OWN.values() if one["command"][0] == f"services.{service}"]
    assert len(started) == len(set(started))
    assert {word for word in words - {*started, "all"} if not re.search(rf"services\.\w+ {word}\b", RUNBOOK)} == set()


@own
def test_a_process_waits_for_its_tables_and_a_job_runs_once(name: str) -> None:
    container, (module, word) = OWN[name], OWN[name]["command"]
    waits = {other: how["condition"] for other, how in container["depends_on"].items()}
    mine = service_of(container)
    if module == PROVISION:
        assert waits == {"postgres": "service_healthy"}
    elif word == "migrate":
        assert waits == {f"{mine}-provision": "service_completed_successfully"}
    elif mine in WITH_DATABASE:
        assert waits == {f"{mine}-migrate": "service_completed_successfully", "valkey": "service_healthy"}
    else:
        assert waits == {"valkey": "service_healthy"}
    is_job = module == PROVISION or word == "migrate"
    assert container["restart"] == ("no" if is_job else "unless-stopped")


@own
def test_only_what_serves_is_asked_by_the_images_own_health_check(name: str) -> None:
    check = OWN[name].get("healthcheck", {})
    if OWN[name]["command"][1] == "serve":
        assert check == {}
    elif name == "notify-tick":
        _, python, dash, module, word = check["test"]
        assert (python, dash) == ("python", "-m")
        importlib.import_module(f"{module}.__main__").parser().parse_args([word])
    else:
        assert check == {"disable": True}


# What it is told


@own
def test_every_variable_is_one_that_settings_read_and_the_other_way_round(name: str) -> None:
    environment = environment_of(OWN[name], dummies())
    _, asked = read_settings(service_of(OWN[name]), environment)
    is_owner = OWN[name]["command"][0] == PROVISION or OWN[name]["command"][1] == "migrate"
    assert set(environment) == asked - {fault.VARIABLE} - (set() if is_owner else {OWNERS_VARIABLE})


def test_the_example_names_what_the_file_asks_for_and_nothing_else() -> None:
    assert set(example()) == {found["name"] for found in variables_in(COMPOSE)}


def test_no_secret_has_a_value_to_begin_with() -> None:
    optional = {"SURROUND_SMS_SECRET"}  # notify itself refuses to send without it
    found = variables_in(COMPOSE)
    secret = [one for one in found if SECRET.search(one["name"])]
    assert [one[0] for one in secret if one["how"] != ":?" and (one["name"] not in optional or one["word"])] == []
    assert [one[0] for one in found if one["how"] == ":?" and len(one["word"]) < 10] == []
    assert [name for name, value in example().items() if SECRET.search(name) and value] == []
    literal = [
        (name, variable)
        for name, one in CONTAINERS.items()
        for variable, value in one.get("environment", {}).items()
        if re.search(r"(PASSWORD|SECRET|KEY|AUTH)$", variable) and value and not VARIABLE.fullmatch(value)
    ]
    assert literal == []


@pytest.mark.parametrize("name", sorted({one["name"] for one in variables_in(COMPOSE) if one["how"] == ":?"}))
def test_without_a_variable_nothing_starts_that_needs_it(name: str) -> None:
    given = {**dummies(), name: ""}
    with pytest.raises(Missing, match=name):
        filled(json.dumps(COMPOSE), given)


@service
def test_nothing_is_sent_until_an_operator_says_so(service: str) -> None:
    given = {name: value for name, value in dummies().items() if name != "SURROUND_SENDING"}
    for one in OWN.values():
        if service_of(one) == service and service in WITH_DATABASE:
            settings, _ = read_settings(service, environment_of(one, given))
            assert settings.sending is Sending.OFF
    assert example()["SURROUND_SENDING"] == "off"


def test_portal_is_not_given_the_key_of_sealed_words() -> None:
    assert "${SURROUND_WRAPPING_KEY:" not in json.dumps(OWN["portal"])


def test_the_example_of_a_county_file_is_one() -> None:
    assert [county.slug for county in read_counties(COUNTIES)] == ["alder"]


# Who reaches what


def test_the_servers_are_reached_by_nobody_outside() -> None:
    for name in SERVERS:
        assert not {"ports", "expose", "network_mode"} & set(CONTAINERS[name])
        assert all(COMPOSE["networks"][network] == {"internal": True} for network in CONTAINERS[name]["networks"])


def test_who_has_no_database_is_not_on_its_network() -> None:
    on_it = {service_of(one) for one in OWN.values() if "database" in one["networks"]}
    assert on_it == set(WITH_DATABASE)


def test_everything_published_stays_on_loopback_unless_an_operator_says_otherwise() -> None:
    ports = [filled(port, example()) for one in CONTAINERS.values() for port in one.get("ports", ())]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert len({port.rsplit(":", 1)[0] for port in ports}) == len(ports)


@pytest.mark.parametrize("name", CONTAINERS)
def test_nothing_runs_as_root_or_may_become_it(name: str) -> None:
    container = CONTAINERS[name]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in container
    if name in OWN:
        assert "user" not in container, "the image says who"
        assert container["read_only"] is True
        assert container["cap_drop"] == ["ALL"]
    else:
        assert container["user"].partition(":")[0] not in {"", "root", "0"}


def test_valkey_takes_the_words_on_its_command_line_and_never_throws_anything_away(tmp_path: Path) -> None:
    _, *words = [filled(word, {"SURROUND_VALKEY_PASSWORD": "Abc123"}) for word in CONTAINERS["valkey"]["command"]]
    port = local.free_port()
    binary = local.find_valkey().folder
    command = [str(binary), *words, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as process:
        try:
            with Redis(port=port, password="Abc123") as redis:
                until(lambda: answers(redis), process)
                assert redis.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        finally:
            process.terminate()


def test_celery_has_a_database_of_its_own() -> None:
    environment = environment_of(OWN["notify"], dummies())
    assert make_url(environment["SURROUND_REDIS_URL"]).database != make_url(environment["SURROUND_CELERY_REDIS_URL"]).database


@pytest.mark.parametrize("name", WITH_DATABASE)
def test_a_service_is_reached_inside_by_the_name_it_answers_to(name: str) -> None:
    variable = f"SURROUND_{name.upper()}_URL"
    (alias,) = [filled(one, dummies()) for one in CONTAINERS[name]["networks"]["default"]["aliases"]]
    assert environment_of(CONTAINERS[name], dummies())[variable] == f"https://{alias}"
    others = [environment_of(one, dummies())[variable] for one in OWN.values() if service_of(one) != name]
    assert set(others) == {f"http://{alias}:8080"}


# The image


def stages() -> dict[str, list[list[str]]]:
    """The Dockerfile's instructions by stage, each split into words; what stands before the first stage is left out."""
    lines = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", lines))
    found: dict[str, list[list[str]]] = {}
    for words in filter(None, (line.split() for line in joined.splitlines())):
        if words[0] == "FROM":
            name = words[3] if len(words) > 2 else ""
            found[name] = []
        if found:
            found[name].append(words)
    return found


def line_of(stage: str, instruction: str) -> str:
    return next(" ".join(words) for words in stages()[stage] if words[0] == instruction)


@service
def test_an_image_holds_one_service_and_what_is_shared(service: str) -> None:
    """What test_isolation copies, no more and no less."""
    copied = [words[1:] for words in stages()["service"] if words[0] == "COPY" and not words[1].startswith("--from=packages")]
    assert [[word.replace("$SERVICE", service) for word in words] for words in copied] == [
        ["shared", "shared"],
        ["services/__init__.py", "services/__init__.py"],
        [f"services/{service}", f"services/{service}"],
    ]
    assert stages()[f"image-of-{service}"][0] == ["FROM", "service", "AS", f"image-of-{service}"]
    more = stages()[f"image-of-{service}"][1:]
    static = "services/portal/web/static"
    assert more == ([["COPY", "--from=pages", f"/build/{static}", static]] if service == "portal" else [])


def test_the_last_stage_is_the_service_that_was_asked_for() -> None:
    assert list(stages())[-1] == ""
    assert stages()[""] == [["FROM", "image-of-${SERVICE}"]]
    assert {name for name in stages() if name.startswith("image-of-")} == {f"image-of-{name}" for name in SERVICES}
    assert {service_of(one) for one in OWN.values()} == set(SERVICES)


def test_the_image_runs_as_a_user_who_owns_nothing() -> None:
    user = line_of("service", "USER").split()[1]
    assert user.partition(":")[0].isdecimal()
    assert int(user.partition(":")[0]) > 0
    assert [name for name, lines in stages().items() if name != "service" and any(words[0] == "USER" for words in lines)] == []
    assert f"--uid {user.partition(':')[0]} " in line_of("service", "RUN")


def test_no_setting_and_no_secret_is_baked_in() -> None:
    words = [word for lines in stages().values() for line in lines if line[0] in {"ENV", "ARG"} for word in line[1:]]
    assert {word.partition("=")[0] for word in words} == {"SERVICE", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    assert [lines for lines in stages().values() for line in lines if line[0] == "ADD"] == []


def test_a_build_is_given_only_what_the_image_copies() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    allowed = {line[1:] for line in lines if line.startswith("!")}
    copied = {word for stage in stages().values() for line in stage for word in line[1:-1]
              if line[0] == "COPY" and not any(part.startswith("--from") for part in line)}  # fmt: skip
    assert lines[0] == "*"
    assert {path.split("/")[0] if path.split("/")[0] in {"services", "shared"} else path for path in copied} == allowed
    assert lines[-3:] == ["**/__pycache__", "**/*.pyc", "services/portal/web/static"]


def test_no_service_misses_the_packages_that_are_taken_out() -> None:
    line = line_of("packages", "RUN")
    names = line.rpartition("uninstall --yes ")[2].split()
    lock = (ROOT / "requirements" / "run.lock").read_text(encoding="utf-8")
    assert [name for name in names if f"\n{name}==" not in f"\n{lock}"] == []
    tops = {str(path).partition("/")[0] for name in names for path in distribution(name).files or ()}
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for top in ("services", "shared")
        for path in (ROOT / top).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name.partition(".")[0] for name in imported} & tops == set()


def test_what_browsers_fetch_is_built_from_what_the_stage_copies(tmp_path: Path) -> None:
    if not (assets.MODULES / ".surround-installed").exists():
        pytest.skip("the browser's files are not built here: python -m deploy.local.assets")
    for words in stages()["pages"]:
        if words[0] != "COPY" or words[1].startswith("--from"):
            continue
        for source in words[1:-1]:
            target = tmp_path / words[-1] / Path(source).name if words[-1].endswith("/") else tmp_path / words[-1]
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, target)
            else:
                shutil.copy(ROOT / source, target)
    (tmp_path / "node_modules").symlink_to(assets.MODULES)
    subprocess.run([sys.executable, *line_of("pages", "RUN").split()[2:]], check=True, cwd=tmp_path, capture_output=True)
    built = tmp_path / assets.STATIC.relative_to(ROOT) / "manifest.json"
    # The names: the fingerprints of what lies here are as old as the last build.
    assert set(json.loads(built.read_text())) >= set(assets.sources())


# Started as local processes, in the file's order and with its settings

PATIENCE = 120.0


def until(holds: Any, process: "subprocess.Popen[bytes]") -> None:
    """Wait until something holds; fail when the process ends before that."""
    give_up = time.monotonic() + PATIENCE
    while not holds():
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
        assert time.monotonic() < give_up, f"{process.args!r} was not ready after {PATIENCE} s"
        time.sleep(0.05)


def answers(redis: "Redis") -> bool:
    try:
        return bool(redis.ping())
    except Exception:
        return False


def healthy(environment: Mapping[str, str], host: str = "127.0.0.1") -> bool:
    """Ask as the image's HEALTHCHECK does, without a new Python each time; the real one is run once it holds."""
    _, _, port = environment["SURROUND_LISTEN"].rpartition(":")
    request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": host})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=2):
            return True
    except OSError:
        return False


def measured(environment: Mapping[str, str]) -> bool:
    """Ask a process for its measures, as Prometheus does."""
    _, _, port = environment["SURROUND_METRICS_LISTEN"].rpartition(":")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
        return b"python_info" in page.read()


@contextmanager
def running(container: Mapping[str, Any], environment: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a container's command here, with its environment and nothing of this one's."""
    with log.open("wb") as out:
        command = [sys.executable, "-m", *container["command"]]
        process = subprocess.Popen(command, cwd=ROOT, env={"PATH": os.environ["PATH"], **environment}, stdout=out, stderr=out)
    try:
        yield process
    finally:
        local.stop([process.pid], signal.SIGTERM, patience=10)
        process.wait()


def here(environment: Mapping[str, str], servers: Servers, database: str, numbers: tuple[int, int]) -> dict[str, str]:
    """The settings of a container with its hosts replaced by this test run's; what else it says stays."""
    redis = make_url(servers.redis_url)
    moved = {
        "SURROUND_LISTEN": f"127.0.0.1:{local.free_port()}",
        "SURROUND_METRICS_LISTEN": f"127.0.0.1:{local.free_port()}",
        "SURROUND_INBOX_LISTEN": f"smtp://127.0.0.1:{local.free_port()}",
        "SURROUND_COUNTIES": str(COUNTIES),
        "SURROUND_REDIS_URL": redis.set(database=str(numbers[0])).render_as_string(hide_password=False),
        "SURROUND_CELERY_REDIS_URL": redis.set(database=str(numbers[1])).render_as_string(hide_password=False),
        **{name: "http://127.0.0.1:9" for name, value in environment.items() if re.fullmatch(r"http://.*:8080", value)},
        "SURROUND_SYSTEM_TOKEN_URL": "http://127.0.0.1:9/token",
    }
    if "SURROUND_DATABASE_URL" in environment:
        role = make_url(environment["SURROUND_DATABASE_URL"]).username
        moved["SURROUND_DATABASE_URL"] = servers.url(database, role)
        moved[OWNERS_VARIABLE] = servers.url(database, driver="psycopg")
    return {**environment, **{name: value for name, value in moved.items() if name in environment}}


@contextmanager
def database(servers: Servers, name: str) -> Iterator[str]:
    """Have a name for a database that is dropped in the end, whoever made it."""
    yield name
    engine = create_engine(servers.admin_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    engine.dispose()


def is_ready(container: Mapping[str, Any], environment: Mapping[str, str], log: Path) -> bool:
    """What is asked has to answer; a worker has to listen to every lane; the others say when they have begun."""
    module, word = container["command"]
    if word == "serve":
        return healthy(environment)
    if word == "worker":
        lanes = importlib.import_module(f"{module}.jobs.worker").LANES
        with Redis.from_url(environment["SURROUND_CELERY_REDIS_URL"]) as broker:
            bound = [member.decode() for key in broker.scan_iter("_kombu.binding.*") for member in broker.smembers(key)]
        return {queue_name(service_of(container), lane) for lane in lanes} <= {member.rpartition("\x16")[2] for member in bound}
    return "process.started" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize(("service", "numbers"), [("network", (8, 9)), ("meetings", (10, 11)), ("notify", (12, 13))])
def test_a_service_becomes_ready_as_the_file_starts_it(
    service: str, numbers: tuple[int, int], servers: Servers, tmp_path: Path
) -> None:
    containers = {name: one for name, one in OWN.items() if service_of(one) == service}
    jobs = [name for name, one in containers.items() if one["restart"] == "no"]
    with ExitStack() as stack:
        made = stack.enter_context(database(servers, f"{service}_compose_{secrets.token_hex(3)}"))
        settings = {name: here(environment_of(one, dummies()), servers, made, numbers) for name, one in containers.items()}
        logs = {name: tmp_path / f"{name}.log" for name in containers}
        for name in jobs:
            with running(containers[name], settings[name], logs[name]) as job:
                assert job.wait(PATIENCE) == 0, logs[name].read_text()
        started = {
            name: stack.enter_context(running(containers[name], settings[name], logs[name]))
            for name in containers
            if name not in jobs
        }
        for name, process in started.items():
            until(lambda name=name: is_ready(containers[name], settings[name], logs[name]), process)
        for name, process in started.items():
            assert check_of(containers[name], settings[name]) == 0, name
            assert measured(settings[name]), name
            assert process.poll() is None, logs[name].read_text()
        inner = make_url(environment_of(OWN["portal"], dummies())[f"SURROUND_{service.upper()}_URL"]).host
        assert healthy(settings[service], host=f"{inner}:8080")
        for name, process in started.items():
            # Celery takes seconds to say goodbye, which is its own affair.
            process.send_signal(signal.SIGKILL if containers[name]["command"][1] == "worker" else signal.SIGTERM)
        ended = {name: process.wait(PATIENCE) for name, process in started.items()}
        assert {name: code for name, code in ended.items() if code not in {0, -signal.SIGKILL}} == {}


def test_portal_becomes_ready_as_the_file_starts_it(servers: Servers, tmp_path: Path) -> None:
    if not (assets.STATIC / "manifest.json").exists():
        pytest.skip("the browser's files are not built here: python -m deploy.local.assets")
    settings = here(environment_of(OWN["portal"], dummies()), servers, "", (14, 15))
    with running(OWN["portal"], settings, tmp_path / "log") as process:
        until(lambda: healthy(settings), process)
        assert check_of(OWN["portal"], settings) == 0


def check_of(container: Mapping[str, Any], environment: Mapping[str, str]) -> int:
    """Run a container's health check, its own or the image's, and return the exit code; 0 where it has none."""
    check = container.get("healthcheck", {})
    if check.get("disable"):
        return 0
    command = check["test"][1:] if check else json.loads(line_of("service", "HEALTHCHECK").partition(" CMD ")[2])
    return subprocess.run([sys.executable, *command[1:]], check=False, cwd=ROOT, env=dict(environment)).returncode


# The runbook


def errors_logged() -> set[str]:
    """The name of every event that code logs as an error or worse."""
    calls = [
        node
        for top in ("services", "shared")
        for path in (ROOT / top).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"error", "critical"}
        and node.args
    ]
    first = [call.args[0] for call in calls if call.keywords]
    return {each.value for each in first if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def test_the_runbook_says_what_to_do_about_every_error_that_is_logged() -> None:
    assert {event for event in errors_logged() if f"`{event}`" not in RUNBOOK} == set()


def test_the_runbook_names_only_what_there_is() -> None:
    typed = re.findall(r"`run ([a-z]+) services\.([a-z]+) ([a-z-]+[^`>]*)[`>]", RUNBOOK)
    assert len(typed) >= 10
    for container, module, words in typed:
        assert service_of(OWN[container]) == module
        importlib.import_module(f"services.{module}.__main__").parser().parse_args(words.split())
    named = re.findall(r"`docker compose (?:up|stop|start|restart|logs) ([a-z -]+)`", RUNBOOK)
    assert {name for line in named for name in line.split() if not name.startswith("--")} <= set(CONTAINERS)
    assert set(re.findall(r"SURROUND_[A-Z_]+", RUNBOOK)) <= set(example())


def test_the_runbook_knows_every_condition_of_readiness() -> None:
    texts = [path.read_text(encoding="utf-8") for top in ("services", "shared") for path in (ROOT / top).rglob("*.py")]
    names = {name for text in texts for name in re.findall(r'\bCheck\("([a-z_]+)"', text)}
    assert names
    assert {name for name in names if f"`{name}`" not in RUNBOOK} == set()
