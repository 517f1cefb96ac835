#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""smtp_server.py ADDRESS PORT: python3-aiosmtpd, accepts every mail."""
import sys
import time

from aiosmtpd.controller import Controller

from lablog import Flow


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        Flow(session.peer, f"{sys.argv[1]}:{sys.argv[2]}", "server", app="smtp", layers=["tcp", "smtp"])
        return responses

    async def handle_DATA(self, server, session, envelope):
        return "250 Message accepted for delivery"


Controller(Handler(), hostname=sys.argv[1], port=int(sys.argv[2]), server_hostname="mail.office.example").start()
time.sleep(600)
