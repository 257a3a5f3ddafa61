"""Verifies the DKIM signature of each message given, with Debian's dkimpy. Usage: verify.py NAME RECORD FILE...; prints one line a file: good or bad."""
import sys
import dkim

name, record, files = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3:]


def dns(asked, timeout=5):
    return record if asked.rstrip(b".") == name else None


for file in files:
    with open(file, "rb") as message:
        print("good" if dkim.verify(message.read(), dnsfunc=dns) else "bad")
