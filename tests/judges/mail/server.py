"""A mail server for the tests: Debian's aiosmtpd. Takes mail into a Maildir; refuses recipients at dead.example for good and at later.example for now.
Usage: server.py MAILDIR; prints its port, ends when standard input ends."""
import asyncio
import itertools
import pathlib
import sys
from aiosmtpd.smtp import SMTP


class Server:
    def __init__(self, folder):
        self.numbers = itertools.count()
        self.folder = pathlib.Path(folder)
        for part in ("cur", "new", "tmp"):
            (self.folder / part).mkdir(parents=True)

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.endswith("@dead.example"):
            return "550 5.1.1 no such mailbox"
        if address.endswith("@later.example"):
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        # The bytes as they came: a mail library would fold headers anew and spoil signatures.
        name = f"{next(self.numbers):06}.mx.example"
        (self.folder / "tmp" / name).write_bytes(envelope.original_content)
        (self.folder / "tmp" / name).rename(self.folder / "new" / name)
        return "250 OK"


async def serve():
    handler = Server(sys.argv[1])
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(handler, hostname="mx.example"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


asyncio.run(serve())
