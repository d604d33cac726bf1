"""A primary, a replica and three Sentinels, all real, on loopback; the primary can be killed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import redis

from ivr.adapters.embedded import bound, find_server
from tests.installation import free_port, wait_until

SERVICE = "fanal"
PASSWORD = "a password of a test"
DOWN_MILLISECONDS = 1000
QUORUM = 2
HOST = "127.0.0.1"


class SentinelRedis:
    """Two Redis-compatible servers and the three Sentinels that look after them. `url` names the Sentinels."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = (free_port(), free_port())
        self._sentinel_ports = tuple(free_port() for _ in range(3))
        hosts = ",".join(f"{HOST}:{port}" for port in self._sentinel_ports)
        self.url = f"redis+sentinel://:{PASSWORD.replace(' ', '%20')}@{hosts}/{SERVICE}/0"
        self._servers: list[subprocess.Popen[bytes]] = []
        self._sentinels: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start all five; the Sentinels know the primary at once, and take some seconds to find each other."""
        primary, replica = self._ports
        self._servers = [self._server(primary), self._server(replica, "--replicaof", HOST, str(primary))]
        assert wait_until(lambda: self._answers(primary) and self._follows(replica)), "the replica does not follow"
        self._sentinels = [self._sentinel(port) for port in self._sentinel_ports]
        assert wait_until(lambda: all(self._knows(port) for port in self._sentinel_ports)), "Sentinels do not answer"

    def wait(self) -> None:
        """Wait until every Sentinel knows the others and the replica: before that they would change nothing."""
        assert wait_until(lambda: all(self._knows(port, others=2) for port in self._sentinel_ports)), (
            "Sentinels are alone"
        )

    def kill_primary(self) -> None:
        """End the primary without warning."""
        self._servers[0].kill()
        self._servers[0].wait()

    def kill_replica(self) -> None:
        """End the replica without warning."""
        self._servers[1].kill()
        self._servers[1].wait()

    def kill_sentinels(self, count: int) -> None:
        """End some of the Sentinels, the last ones first."""
        for each in self._sentinels[-count:]:
            each.kill()
            each.wait()

    def has_failed_over(self) -> bool:
        """Tell whether the replica has become the primary."""
        return self._role(self._ports[1]) == "master"

    @property
    def primary(self) -> tuple[str, int]:
        """Whom the first Sentinel names."""
        with redis.Redis(HOST, self._sentinel_ports[0]) as client:
            host, port = client.sentinel_get_master_addr_by_name(SERVICE)
        return host.decode(), int(port)

    def client(self) -> redis.Redis:
        """Return a client of the server that is the primary now."""
        return redis.Redis(*self.primary, password=PASSWORD)

    def remove(self) -> None:
        """End everything."""
        for each in (*self._sentinels, *self._servers):
            each.kill()
            each.wait()

    def _server(self, port: int, *more: str) -> subprocess.Popen[bytes]:
        folder = self._folder / f"redis-{port}"
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--port", str(port), "--bind", HOST, "--dir", str(folder), "--save", "", "--appendonly", "no"]
        options += ["--requirepass", PASSWORD, "--masterauth", PASSWORD, "--maxmemory-policy", "noeviction"]
        return self._start(*options, "--repl-diskless-sync-delay", "0", *more)

    def _sentinel(self, port: int) -> subprocess.Popen[bytes]:
        folder = self._folder / f"sentinel-{port}"
        folder.mkdir(parents=True, exist_ok=True)
        settings = folder / "sentinel.conf"
        settings.write_text(
            f"port {port}\nbind {HOST}\ndir {folder}\n"
            f"sentinel monitor {SERVICE} {HOST} {self._ports[0]} {QUORUM}\n"
            f'sentinel auth-pass {SERVICE} "{PASSWORD}"\n'
            f"sentinel down-after-milliseconds {SERVICE} {DOWN_MILLISECONDS}\n"
            f"sentinel failover-timeout {SERVICE} 3000\n"
        )
        return self._start(str(settings), "--sentinel")

    def _start(self, *options: str) -> subprocess.Popen[bytes]:
        null = subprocess.DEVNULL
        return subprocess.Popen(bound(find_server(), *options), process_group=0, stdin=null, stdout=null, stderr=null)

    def _answers(self, port: int) -> bool:
        return self._role(port) is not None

    def _follows(self, port: int) -> bool:
        found = self._replication(port)
        return found.get("role") == "slave" and found.get("master_link_status") == "up"

    def _role(self, port: int) -> str | None:
        return self._replication(port).get("role")

    def _replication(self, port: int) -> dict[str, str]:
        try:
            with redis.Redis(HOST, port, password=PASSWORD) as client:
                found: dict[str, str] = client.info("replication")
        except redis.RedisError:
            return {}
        return found

    def _knows(self, port: int, others: int = 0) -> bool:
        try:
            with redis.Redis(HOST, port) as client:
                state = client.sentinel_master(SERVICE)
                return bool(state["num-other-sentinels"] >= others and client.sentinel_slaves(SERVICE))
        except redis.RedisError:
            return False
