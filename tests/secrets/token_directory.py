"""An LDAP directory that lets in who binds with a token of IAM database authentication: token_directory.py
KEY-ID=KEY[=SESSION-TOKEN]... What RDS asks IAM, PostgreSQL asks this one; it recomputes the signature as AWS has
published it, with nothing of ours. Says PORT=... on standard output, then a line for each bind."""
import hashlib
import hmac
import socketserver
import sys
import time
import urllib.parse
from calendar import timegm

keys = {k[0]: k[1:] for k in (a.split("=", 2) for a in sys.argv[1:])}


def digest(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature(key, stamp, scope, text):
    day, region, service, end = scope.split("/")
    for part in (day, region, service, end):
        key = digest(key, part)
    hashed = hashlib.sha256(text.encode()).hexdigest()
    return digest(key, "\n".join(("AWS4-HMAC-SHA256", stamp, scope, hashed))).hex()


def fault_of(user, token):
    """What is wrong with a token; None for nothing."""
    place, slash, query = token.partition("/?")
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=True) if slash else []
    said = dict(pairs)
    key_id, _, scope = said.get("X-Amz-Credential", "").partition("/")
    if key_id not in keys:
        return "key"
    key, *session = keys[key_id]
    stamp = said.pop("X-Amz-Date")
    wanted = {"Action": "connect", "DBUser": user, "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Expires": "900",
              "X-Amz-Credential": f"{key_id}/{stamp[:8]}/eu-west-1/rds-db/aws4_request", "X-Amz-SignedHeaders": "host"}
    if session:
        wanted["X-Amz-Security-Token"] = session[0]
    given = said.pop("X-Amz-Signature")
    if said != wanted or len(pairs) != len(wanted) + 2:
        return "parameters"
    if not -60 < time.time() - timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ")) < 900:
        return "time"
    names = sorted([*wanted.items(), ("X-Amz-Date", stamp)])
    canonical = urllib.parse.urlencode(names, quote_via=urllib.parse.quote, safe="-_.~")
    empty = hashlib.sha256(b"").hexdigest()
    request = f"GET\n/\n{canonical}\nhost:{place}\n\nhost\n{empty}"
    right = signature(("AWS4" + key).encode(), stamp, scope, request)
    return None if hmac.compare_digest(right, given) else "signature"


def element(source):
    """The tag and the bytes of the next element of BER."""
    tag, length = source[0], source[1]
    start = 2
    if length & 128:
        start += length & 127
        length = int.from_bytes(source[2:start], "big")
    return tag, source[start : start + length], source[start + length :]


class Peer(socketserver.StreamRequestHandler):
    def message(self):
        head = self.rfile.read(2)
        if len(head) < 2:
            return None
        length = head[1]
        if length & 128:
            more = self.rfile.read(length & 127)
            head, length = head + more, int.from_bytes(more, "big")
        return element(head + self.rfile.read(length))[1]

    def handle(self):
        while body := self.message():
            _, number, rest = element(body)
            operation, request, _ = element(rest)
            if operation != 0x60:  # whatever is no bind ends it
                return
            _, _, rest = element(request)
            _, name, rest = element(rest)
            _, password, _ = element(rest)
            self.answer(number, self.judge(name.decode(), password.decode()))

    def judge(self, name, token):
        user = name.removeprefix("cn=")
        try:
            fault = fault_of(user, token)
        except (ValueError, KeyError) as bad:
            fault = f"senseless ({type(bad).__name__})"
        print(f"refused: {fault}" if fault else f"let in {user}", flush=True)
        return 49 if fault else 0

    def answer(self, number, code):
        result = bytes((0x61, 7, 0x0A, 1, code, 4, 0, 4, 0))
        body = bytes((2, len(number))) + number + result
        self.wfile.write(bytes((0x30, len(body))) + body)


with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Peer) as server:
    server.daemon_threads = True
    print(f"PORT={server.server_address[1]}", flush=True)
    server.serve_forever()
