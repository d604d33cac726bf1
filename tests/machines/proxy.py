"""The proxy as operators run it: nginx with the file that is shipped, and a certificate of the test's own."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.installation import wait_until
from tests.parts import find_nginx

SHIPPED = Path(__file__).parents[2] / "ops/nginx/fanal.conf"
NAME = "fanal.example.org"
_SERVER = re.compile(r"(?m)^( +server) 10\.0\.0\.1\d:8000 (.*;)$")
_MAIN = """{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/start.log;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/fanal.conf;
}}
"""


class Proxy:
    """nginx before several web processes, on a port of loopback; `certificate` is what a client has to trust."""

    def __init__(self, folder: Path, port: int, processes: Sequence[int]) -> None:
        self.port, self._folder = port, folder
        self.certificate = folder / "fullchain.pem"
        folder.mkdir()
        make_certificate(self.certificate, folder / "key.pem")
        (folder / "fanal.conf").write_text(self._own_file(processes))
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(_MAIN.format(user=user, folder=folder))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start nginx and wait until it listens."""
        program = find_nginx()
        assert program is not None
        options = [
            "-p",
            str(self._folder),
            "-c",
            str(self._folder / "nginx.conf"),
            "-e",
            str(self._folder / "start.log"),
        ]
        self._process = subprocess.Popen([program, *options], stderr=subprocess.DEVNULL)
        assert wait_until(lambda: (self._folder / "nginx.pid").exists()), self.log

    def stop(self) -> None:
        """End nginx."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    @property
    def log(self) -> str:
        """All that it has said: of its start, of faults, of requests if it were to keep any."""
        return "".join(path.read_text(errors="replace") for path in sorted(self._folder.glob("*.log")))

    @property
    def kept(self) -> list[Path]:
        """Files in which it has kept something of a request or of an answer."""
        return [path for name in ("body", "proxy") for path in (self._folder / name).rglob("*") if path.is_file()]

    def _own_file(self, processes: Sequence[int]) -> str:
        """Return the shipped file with the ports and places of this test in it, and nothing else changed."""
        ports = iter(tuple(processes) * 2)
        text = _SERVER.sub(lambda found: f"{found[1]} 127.0.0.1:{next(ports)} {found[2]}", SHIPPED.read_text())
        own = {
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            "listen [::]:443 ssl;": "",
            "/etc/ssl/fanal/": f"{self._folder}/",
            "/var/log/nginx/": f"{self._folder}/",
        }
        for theirs, ours in own.items():
            assert theirs in text, f"the shipped file has no {theirs}"
            text = text.replace(theirs, ours)
        assert next(ports, None) is None, "the shipped file names another number of processes"
        return text


def make_certificate(certificate: Path, key: Path) -> None:
    """Write a key, and a certificate that it has signed itself: for the name of the examples and for loopback."""
    own, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(own, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    key.write_bytes(own.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
