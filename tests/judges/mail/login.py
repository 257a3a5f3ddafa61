"""A mail server for the tests that speaks TLS and wants a login: Debian's aiosmtpd.
Usage: login.py CERTIFICATE KEY USER PASSWORD starttls|first; prints its port, then a line for each message ("from to"), ends when standard input ends."""
import asyncio
import ssl
import sys
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

certificate, key, user, password, how = sys.argv[1:]


def login(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
    return AuthResult(success=good)


class Taken:
    async def handle_DATA(self, server, session, envelope):
        print(envelope.mail_from, *envelope.rcpt_tos, flush=True)
        return "250 OK"


async def serve():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    first = how == "first"
    make = lambda: SMTP(Taken(), hostname="mx.example", authenticator=login, auth_required=True, auth_require_tls=not first,
                        tls_context=None if first else context, require_starttls=not first)
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=context if first else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


asyncio.run(serve())
