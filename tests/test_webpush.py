"""Notifications on their way: sealed for one browser, proven, and sent nowhere but to the open internet."""

import datetime as dt
import http.server
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from spasmlog import outward, vapid, webpush
from spasmlog.outward import Unsafe
from tests import push_service
from tests.conftest import environment

pytestmark = pytest.mark.once

EXAMPLE = {
    "own": "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    "salt": "DGv6ra1nlYgDCS1FRnbzlw",
    "message": b"When I grow up, I want to be a watermelon",
    "sealed": "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
}
"""RFC 8291, section 5 and appendix A."""


@pytest.fixture
def service(settings):
    with push_service.running(settings) as service:
        yield service


def browser(service):
    return webpush.Browser(**push_service.Subscriber(service).said)


# Sealing ----------------------------------------------------------------------------------------


def test_the_published_example_comes_out_byte_for_byte():
    to = webpush.Browser("https://push.example.org/", EXAMPLE["p256dh"], EXAMPLE["auth"])
    sealed = webpush.sealed(
        EXAMPLE["message"], to, own=vapid.private_key(EXAMPLE["own"]), salt=vapid.unpacked(EXAMPLE["salt"]),
        length=len(EXAMPLE["message"]) + 1,
    )  # fmt: skip
    assert vapid.packed(sealed) == EXAMPLE["sealed"]


def test_the_browser_reads_what_was_sent_and_the_proof_is_for_this_service_alone(service, settings):
    settings.PUBLIC_URL = "https://spasmlog.example.org"
    reader = push_service.Subscriber(service)
    came = webpush.send(webpush.Browser(**reader.said), b'{"title": "x"}', ttl_s=60, urgent=True)

    [(path, headers, body)] = service.came
    assert (came, path) == (webpush.TAKEN, "/push/device")
    assert reader.read(body) == {"title": "x"}
    assert (headers["TTL"], headers["Urgency"], headers["Content-Encoding"]) == ("60", "high", "aes128gcm")
    scheme, token, key = headers["Authorization"].replace(", k=", " ").replace("t=", "").split(" ")
    assert (scheme, key) == ("vapid", webpush.application_key())
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), vapid.unpacked(key))
    claims = jwt.decode(token, point, algorithms=["ES256"], audience=service.origin)
    assert claims["sub"] == "https://spasmlog.example.org"
    assert 0 < claims["exp"] - time.time() <= 24 * 3600  # RFC 8292: at most a day


def test_all_messages_are_of_one_length_and_no_two_alike(service):
    to = browser(service)
    for message in (b"{}", b'{"title": "%s"}' % (b"x" * 200), b"{}"):
        webpush.send(to, message, ttl_s=60)
    bodies = [body for _path, _headers, body in service.came]
    assert len({len(body) for body in bodies}) == 1
    assert len(set(bodies)) == 3


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(201, "taken"), (202, "taken"), (404, "gone"), (410, "gone"), (429, "later"), (500, "later"),
     (503, "later"), (400, "refused"), (403, "refused"), (413, "refused")],
)  # fmt: skip
def test_what_a_service_answers_tells_what_to_do_next(service, status, meaning):
    service.answers = [status]
    assert webpush.send(browser(service), b"{}", ttl_s=60) == meaning


def test_a_redirect_is_not_followed(service):
    service.answers, service.location = [307], service.origin + "/elsewhere"
    assert webpush.send(browser(service), b"{}", ttl_s=60) == webpush.REFUSED
    assert [path for path, _headers, _body in service.came] == ["/push/device"]


def test_nobody_there_is_tried_later(service):
    to = browser(service)
    service.server.shutdown()
    service.server.server_close()
    assert webpush.send(to, b"{}", ttl_s=60) == webpush.LATER


def test_an_answer_that_drips_is_cut_off(settings, monkeypatch):
    class Dripping(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            for _each in range(100):
                try:
                    self.wfile.write(b"HTTP/1.1 201 C"[_each % 14 : _each % 14 + 1])
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.1)

        def log_message(self, *_said):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    service = push_service.PushService(server)
    settings.PUSH_TEST_SERVER = service.origin
    monkeypatch.setattr(outward, "LONGEST_S", 0.5)
    began = time.monotonic()
    assert webpush.send(browser(service), b"{}", ttl_s=60) == webpush.LATER
    assert time.monotonic() - began < 3
    server.shutdown()
    server.server_close()


# Encrypted connections --------------------------------------------------------------------------


@pytest.fixture
def certified(tmp_path):
    """A certificate of its own maker for a name: the files of both."""

    def make(name):
        key = ec.generate_private_key(ec.SECP256R1())
        who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = dt.datetime.now(dt.UTC)
        made = (
            x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )  # fmt: skip
        certificate, secret = tmp_path / f"{name}.pem", tmp_path / f"{name}.key"
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, secret

    return make


@pytest.mark.parametrize(("name", "meaning"), [("localhost", "taken"), ("push.example.org", "refused")])
def test_over_https_the_certificate_must_be_of_that_name(certified, settings, monkeypatch, name, meaning):
    certificate, secret = certified(name)
    service = push_service.started(scheme="https", host="localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    service.server.socket = context.wrap_socket(service.server.socket, server_side=True)
    settings.PUSH_TEST_SERVER = service.origin
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    reader = push_service.Subscriber(service)
    assert webpush.send(webpush.Browser(**reader.said), b'{"a": 1}', ttl_s=60) == meaning
    assert [reader.read(body) for _path, _headers, body in service.came] == (
        [{"a": 1}] * (meaning == "taken")
    )
    service.server.shutdown()
    service.server.server_close()


# Addresses that nothing is sent to --------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "http://push.example.org/x", "https://push.example.org:8443/x", "https://me@push.example.org/x",
        "https://me:secret@push.example.org/x", "https://127.0.0.1/x", "https://[::1]/x", "https://localhost/x",
        "https://2130706433/x", "https://0x7f.1/x", "https://127.1/x", "https://push/x", "https://push.example.org/#x",
        "ftp://push.example.org/x", "//push.example.org/x", "", "push.example.org", "https://", "https:///x",
        "https://push.example.org\\@127.0.0.1/x", "https://push.example.org/a b", "https://push.example.org/\n",
        "https://push.example.org:99999/", "https://[/", "https://push.ex\u0430mple.org/", "https://.org/",
        "https://push.example.org/" + "x" * 1000,
    ],
)  # fmt: skip
def test_an_address_of_another_shape_is_refused(address):
    with pytest.raises(Unsafe):
        outward.check(address)


@pytest.mark.parametrize(
    "address",
    ["https://fcm.googleapis.com/fcm/send/abc:def", "https://updates.push.services.mozilla.com/wpush/v2/gAA",
     "https://web.push.apple.com/QGuX", "https://db5p.notify.windows.com:443/w/?token=BQ%3d"],
)  # fmt: skip
def test_addresses_of_the_services_that_there_are_are_taken(address):
    assert outward.check(address).hostname


@pytest.mark.parametrize(
    "ip",
    ["127.0.0.1", "127.255.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
     "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "203.0.113.5", "224.0.0.1", "240.0.0.1",
     "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
     "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
     "64:ff9b:1::1", "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:7f00:1::", "nonsense"],
)  # fmt: skip
def test_what_is_inside_is_not_public(ip):
    assert not outward.is_public(ip)


@pytest.mark.parametrize(
    "ip", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_what_is_open_is_public(ip):
    assert outward.is_public(ip)


def told(*ips):
    """A look-up that answers these addresses."""
    return lambda host, port, **_more: [
        (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))
        for ip in ips
    ]


@pytest.mark.parametrize(
    "ips", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["8.8.8.8", "::1"], ["169.254.169.254"]]
)
def test_a_public_name_that_leads_inside_is_not_connected_to(monkeypatch, ips):
    monkeypatch.setattr(socket, "getaddrinfo", told(*ips))
    monkeypatch.setattr(socket, "create_connection", lambda *_where: pytest.fail("connected"))
    with pytest.raises(Unsafe):
        outward.post("https://push.example.org/x", b"", {})


def test_what_was_looked_up_is_what_is_connected_to(monkeypatch):
    """A name that means something else a moment later (DNS rebinding) changes nothing."""
    answers, connected = [["8.8.8.8"], ["127.0.0.1"]], []

    def look_up(host, port, **more):
        return told(*answers.pop(0))(host, port, **more)

    def connect(where, *_patience):
        connected.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        outward.post("https://push.example.org/x", b"", {})
    assert connected == [("8.8.8.8", 443)] and ipaddress.ip_address(connected[0][0])


@pytest.mark.parametrize("wrong", [{"p256dh": "AAAA"}, {"p256dh": "%%%"}, {"auth": "AAAA"}, {"auth": "ü"}])
def test_keys_that_are_none_are_refused(service, wrong):
    with pytest.raises(ValueError):  # noqa: PT011 - of several libraries
        webpush.Browser(**{**push_service.Subscriber(service).said, **wrong}).check()


# The server's own key ---------------------------------------------------------------------------

KEY = "from spasmlog import settings; print(settings.VAPID_KEY)"


def key_of(folder, **more):
    told = environment(SPASMLOG_DATA=str(folder), **more)
    return subprocess.Popen([sys.executable, "-c", KEY], env=told, stdout=subprocess.PIPE, text=True)


def test_four_processes_that_start_at_once_agree_on_one_key_that_its_owner_alone_reads(tmp_path):
    starts = [key_of(tmp_path) for _each in range(4)]
    keys = {start.communicate(timeout=60)[0].strip() for start in starts}
    assert len(keys) == 1 and len(vapid.unpacked(keys.pop())) == 32
    assert (tmp_path / "vapid_key").stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("vapid_key.*"))


def test_a_key_that_is_given_is_used_and_none_is_made(tmp_path):
    given = vapid.new_key()
    assert key_of(tmp_path, SPASMLOG_VAPID_KEY=given).communicate(timeout=60)[0].strip() == given
    assert not (tmp_path / "vapid_key").exists()


def test_the_exception_of_tests_is_never_another_machine(tmp_path):
    start = subprocess.run(
        [sys.executable, "-c", KEY], capture_output=True, text=True, timeout=60,
        env=environment(SPASMLOG_DATA=str(tmp_path), SPASMLOG_PUSH_TEST_SERVER="https://192.168.1.1"),
    )  # fmt: skip
    assert start.returncode and "it must be on this machine" in start.stderr
    assert os.listdir(tmp_path)
