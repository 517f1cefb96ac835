# SPDX-License-Identifier: MIT
"""flood_clients.py LOGS: who did what, by nginx's log (requests that were served, by client and status), and the crowd's own."""
import collections
import glob
import json
import os
import sys

KINDS = {  # what each address was told to do (tests/lab/flood); the rules that may find it
    "10.80.6.1": ("requests", ["request-flood"]), "10.80.6.2": ("errors", ["error-flood"]),
    "10.80.6.3": ("handshakes", ["handshake-flood"]), "10.80.6.4": ("messages", ["message-flood"]),
    "10.80.6.5": ("pings", ["ping-flood"]), "10.80.6.6": ("fragments", ["fragment-flood"]),
    "10.80.6.7": ("connections", ["connection-flood"]), "10.80.7.1": ("unfinished heads", ["unfinished-requests"]),
    "10.80.8.1": ("unfinished bodies", ["unfinished-requests"]),
}

logs = sys.argv[1]
served = collections.defaultdict(collections.Counter)
for path in glob.glob(os.path.join(logs, "nginx.jsonl")):
    for line in open(path):
        entry = json.loads(line)
        served[entry["client"].rsplit(":", 1)[0]][str(entry["request"]["status"])] += 1
crowd = json.load(open(os.path.join(logs, "crowd.json")))
clients = [{"address": a, "kind": "honest", "requests": c["requests"], "messages": c["messages"], "failed": c["failed"], "served": served[a]}
           for a, c in sorted(crowd.items(), key=lambda item: [int(n) for n in item[0].split(".")])]
clients.append({"address": "10.80.6.8", "kind": "honest", "note": "opens connections and says nothing, as browsers do"})
clients += [{"address": a, "kind": kind, "rules": rules, "served": served[a]} for a, (kind, rules) in KINDS.items()]
clients.append({"address": "100.64.0.0/10", "kind": "syns", "count": 5600})
clients.append({"address": "10.80.1.7", "kind": "forged", "note": "400 requests in its name: it sent none of them", "count": 400})
print("[\n" + ",\n".join(" " + json.dumps(c) for c in clients) + "\n]")
