"""Debian's icalendar reads a calendar from standard input and says what it found, one JSON line for each event: the judge of ours."""
import json
import sys

from icalendar import Calendar

raw = sys.stdin.buffer.read()
for number, line in enumerate(raw.split(b"\r\n"), 1):
    if len(line) > 75:
        sys.exit(f"line {number} has {len(line)} octets; RFC 5545, 3.1 takes 75")
if b"\n" in raw.replace(b"\r\n", b""):
    sys.exit("a line does not end with CRLF")
calendar = Calendar.from_ical(raw)
for name in ("VERSION", "PRODID"):
    if name not in calendar:
        sys.exit(f"{name} is missing; RFC 5545, 3.6")
for event in calendar.walk("VEVENT"):
    for name in ("UID", "DTSTAMP", "DTSTART"):
        if name not in event:
            sys.exit(f"{name} is missing from an event; RFC 5545, 3.6.1")
    if event.errors:
        sys.exit(f"{event.errors}")
    print(json.dumps({"uid": str(event["UID"]), "start": event["DTSTART"].dt.isoformat(), "summary": str(event["SUMMARY"])}))
