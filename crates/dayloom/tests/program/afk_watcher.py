"""Stands in for aw-watcher-afk, which no package registry has: hears keys and the pointer from the X server, by its RECORD
extension, and tells ActivityWatch, by ActivityWatch's own client library, whether somebody is there.

    afk_watcher.py PORT SECONDS      after so many seconds without input nobody is
"""

import sys
import threading
import time
from datetime import datetime, timedelta, timezone

from aw_client import ActivityWatchClient
from aw_core.models import Event
from requests.exceptions import RequestException
from Xlib import X, display
from Xlib.ext import record

POLL = 0.2
heard = time.time()


def listen():
    """Notes the moment of every key, click and movement."""

    def note(reply):
        global heard
        if reply.category == record.FromServer and reply.data:
            heard = time.time()

    nothing, none = (0, 0), (0, 0, 0, 0)
    wanted = {
        "core_requests": nothing,
        "core_replies": nothing,
        "ext_requests": none,
        "ext_replies": none,
        "delivered_events": nothing,
        "device_events": (X.KeyPress, X.MotionNotify),
        "errors": nothing,
        "client_started": False,
        "client_died": False,
    }
    server = display.Display()
    context = server.record_create_context(0, [record.AllClients], [wanted])
    server.record_enable_context(context, note)


def main(port, timeout):
    threading.Thread(target=listen, daemon=True).start()
    client = ActivityWatchClient("aw-watcher-afk", testing=True, host="127.0.0.1", port=port)
    bucket = f"{client.client_name}_{client.client_hostname}"
    pulse = timeout + POLL
    known = away = False

    def say(status, at, seconds=0.0):
        event = Event(timestamp=at, duration=timedelta(seconds=seconds), data={"status": status})
        client.heartbeat(bucket, event, pulsetime=pulse)

    while True:
        time.sleep(POLL)
        last = datetime.fromtimestamp(heard, timezone.utc)
        quiet = time.time() - heard
        try:
            if not known:
                client.create_bucket(bucket, "afkstatus")
                known = True
            if away and quiet < timeout:
                say("afk", last)
                away = False
            if quiet < timeout:
                say("not-afk", last)
            else:
                if not away:
                    say("not-afk", last)
                away = True
                say("afk", last + timedelta(milliseconds=1), quiet)
        except RequestException:
            # The server is away; it is told when it is back.
            known = False


main(int(sys.argv[1]), float(sys.argv[2]))
