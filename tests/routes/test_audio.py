"""Recordings over HTTP: the files of one folder by their exact names, kept by caches, and nothing around them."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ivr.recordings import name_of
from ivr.wav import describe, encode
from routes import create_app
from tests.application import some_services, some_settings

TEXT = "Brúigh a 1 más mian leat Gaeilge."
NAME = name_of(TEXT, "ga", "ga")
HASH = NAME.removeprefix("ga/").removesuffix(".wav")
DATA = encode(b"\0\1" * 800, 8000, text=TEXT)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Return a browser of an application with some recordings and some files that are none of its business."""
    var = tmp_path_factory.mktemp("var")
    for name in (NAME, f"pt-BR/{HASH}.wav", f"ga/{HASH}.part", f"ga/x/{HASH}.wav", f"{HASH}.wav", "ga/notes.wav"):
        path = var / "audio" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(DATA)
    (var / "audio" / "ga" / ("a" * 32 + ".wav")).mkdir()
    (var / "recordings").mkdir()
    (var / "recordings" / f"{HASH}.wav").write_bytes(DATA)
    return create_app(some_services(some_settings(var, exchange_token=None))).test_client()


def test_recording_is_sent(client: FlaskClient) -> None:
    """The carrier gets the audio, named as audio, and may keep it for good."""
    answer = client.get(f"/audio/{NAME}")

    assert 200 == answer.status_code
    assert TEXT == describe(answer.data).text
    assert "audio/wav" == answer.headers["Content-Type"]
    assert "public, max-age=31536000, immutable" == answer.headers["Cache-Control"]
    assert "nosniff" == answer.headers["X-Content-Type-Options"]
    assert str(len(DATA)) == answer.headers["Content-Length"]
    assert "Set-Cookie" not in answer.headers


def test_tag_may_hold_a_region(client: FlaskClient) -> None:
    """Languages are named as catalogues are."""
    assert 200 == client.get(f"/audio/pt-BR/{HASH}.wav").status_code


def test_recording_is_sent_once(client: FlaskClient) -> None:
    """Whoever has the file already is told so, and is told again that it may be kept."""
    first = client.get(f"/audio/{NAME}")
    again = client.get(f"/audio/{NAME}", headers={"If-None-Match": first.headers["ETag"]})

    assert (304, b"") == (again.status_code, again.data)
    assert first.headers["Cache-Control"] == again.headers["Cache-Control"]
    assert 200 == client.get(f"/audio/{NAME}", headers={"If-None-Match": '"another"'}).status_code


def test_tag_of_a_recording_is_its_content(client: FlaskClient) -> None:
    """Two web servers with copies of a file, of different age, are one to a cache."""
    tags = {client.get(f"/audio/{path}").headers["ETag"] for path in (NAME, f"pt-BR/{HASH}.wav")}

    assert 1 == len(tags)


def test_part_of_a_recording_is_sent(client: FlaskClient) -> None:
    """Players ask for parts."""
    answer = client.get(f"/audio/{NAME}", headers={"Range": "bytes=0-3"})

    assert (206, b"RIFF") == (answer.status_code, answer.data)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("", id="root"),
        pytest.param("ga", id="a folder"),
        pytest.param("ga/", id="a folder's list"),
        pytest.param(f"sl/{HASH}.wav", id="another language"),
        pytest.param(f"ga/{HASH[:-1]}0.wav", id="another name"),
        pytest.param(f"ga/{HASH}", id="no ending"),
        pytest.param(f"ga/{HASH}.WAV", id="another ending"),
        pytest.param(f"ga/{HASH}.wav.wav", id="two endings"),
        pytest.param(f"ga/{HASH}.part", id="unfinished"),
        pytest.param(f"ga/{HASH.upper()}.wav", id="capitals"),
        pytest.param(f"ga/{HASH[:-1]}.wav", id="short"),
        pytest.param(f"ga/{HASH}a.wav", id="long"),
        pytest.param(f"ga/{HASH}.wav%0A", id="line end"),
        pytest.param(f"ga/{HASH}.wav%00", id="null"),
        pytest.param("ga/notes.wav", id="words for a name"),
        pytest.param(f"ga/{'a' * 32}.wav", id="a folder named like a file"),
        pytest.param(f"{HASH}.wav", id="no language"),
        pytest.param(f"GA/{HASH}.wav", id="language in capitals"),
        pytest.param(f"ga/x/{HASH}.wav", id="deeper"),
        pytest.param(f"./{HASH}.wav", id="this folder"),
        pytest.param(f"../recordings/{HASH}.wav", id="up"),
        pytest.param(f"%2e%2e/{HASH}.wav", id="up, escaped"),
        pytest.param(f"ga/..%2F..%2Frecordings%2F{HASH}.wav", id="up, slashes escaped"),
        pytest.param(f"ga/..%5C{HASH}.wav", id="up, the other slash"),
        pytest.param(f"..%2Frecordings/{HASH}.wav", id="up from the language"),
        pytest.param(f"ga%2F{HASH}.wav/{HASH}.wav", id="slash in the language"),
        pytest.param(f"ga٠/{HASH}.wav", id="foreign digit"),
    ],
)
def test_nothing_else_is_there(client: FlaskClient, path: str) -> None:
    """No other name finds a file, no folder is listed, and nobody keeps the refusal."""
    answer = client.get(f"/audio/{path}")

    assert 404 == answer.status_code
    assert "no-store" == answer.headers["Cache-Control"]
    assert HASH.encode() not in answer.data


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_recordings_are_only_read(client: FlaskClient, method: str) -> None:
    """No request changes anything."""
    assert 405 == client.open(f"/audio/{NAME}", method=method).status_code


def test_head_tells_the_length(client: FlaskClient) -> None:
    """A cache may ask first."""
    answer = client.head(f"/audio/{NAME}")

    assert (200, b"", str(len(DATA))) == (answer.status_code, answer.data, answer.headers["Content-Length"])


def test_relative_folder_is_the_process_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """VAR_PATH is `var` by default: below the folder in which the server was started, not below the program's."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "var" / "audio" / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(DATA)
    client = create_app(some_services(some_settings(Path("var")))).test_client()

    assert 200 == client.get(f"/audio/{NAME}").status_code


def test_no_recordings_at_all(tmp_path: Path) -> None:
    """An installation without audio answers as if the file were missing."""
    client = create_app(some_services(some_settings(tmp_path / "nothing"))).test_client()

    assert 404 == client.get(f"/audio/{NAME}").status_code
