#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""chat_tls.py URL: a few words over wss with python3-websockets, whatever the certificate says."""
import asyncio
import ssl
import sys

import ws_log


async def main():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with ws_log.connect(sys.argv[1], ssl=context) as ws:
        for i in range(4):
            await ws.send(f"python behind TLS, word {i}")
            await ws.recv()


asyncio.run(main())
