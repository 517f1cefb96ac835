#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""grammar.py suricata|pf FILE...: is each line of the documented grammar? (Suricata: "Suricata Rules" in its user guide,
Rules Format, Meta, Payload and HTTP keywords; pf: the BNF at the end of pf.conf(5).) One sentence a fault; exit 1."""
import ipaddress
import re
import sys

QUOTED = r'"(?:[^"\\;]|\\["\\;])*"'  # ; \ " only behind a backslash
CONTENT = re.compile(r'"(?:[^"\\;:|]|\\[;:"\\]|\|[0-9a-fA-F]{2}(?: [0-9a-fA-F]{2})*\|)+"')
NUMBER = re.compile(r"-?\d+")
STICKY = {"http.host", "http.uri", "http.header"}
PROTOCOLS = {"ip", "tcp", "udp", "http", "http2", "tls", "ssh", "smtp", "ftp", "imap", "smb", "dns", "rdp", "mqtt", "telnet",
             "snmp", "krb5", "tftp", "rfb", "sip", "nfs", "quic"}
OPTIONS = {
    "msg": re.compile(QUOTED), "content": CONTENT, "sid": re.compile(r"\d+"), "rev": re.compile(r"\d+"),
    "offset": NUMBER, "depth": NUMBER, "distance": NUMBER, "within": NUMBER, "nocase": None, "startswith": None,
    "flow": re.compile(r"established(,(to_server|to_client))?"), "app-layer-protocol": re.compile(r"!?[a-z0-9-]+"),
    "metadata": re.compile(r"[\w.-]+ [\w.-]+(, [\w.-]+ [\w.-]+)*"), **{name: None for name in STICKY}}
MODIFIERS = {"offset", "depth", "distance", "within", "nocase", "startswith"}


def is_address(text):
    try:
        return text == "any" or bool(ipaddress.ip_network(text))
    except ValueError:
        return False


def is_port(text):
    return text == "any" or (text.isdigit() and int(text) < 65536)


def rule_options(text):
    """The options between the brackets: name and value; raises ValueError."""
    rest = text
    while rest:
        m = re.match(rf"\s*([\w.-]+)(?::\s*(!?(?:{QUOTED}|[^\";]+)))?;\s*", rest)
        if not m:
            raise ValueError(f"no option: {rest[:40]}")
        yield m[1], m[2]
        rest = rest[m.end():]


def check_options(text, sids):
    names, last = [], None
    for name, value in rule_options(text):
        if name not in OPTIONS:
            raise ValueError(f"unknown keyword {name}")
        if (value is None) != (OPTIONS[name] is None) or (value and not OPTIONS[name].fullmatch(value)):
            raise ValueError(f"{name} cannot be {value}")
        if name in MODIFIERS and "content" not in names:
            raise ValueError(f"{name} without content")
        if name in STICKY and last in STICKY:
            raise ValueError(f"{last} without content")
        if name == "sid":
            if value in sids or not 1700000 <= int(value) < 2000000:
                raise ValueError(f"sid {value} twice, or out of range")
            sids.add(value)
        if name == "content" and len(value) > 2 + 4 * 255:
            raise ValueError("content of more than 255 bytes")
        names.append(name)
        last = name
    if last in STICKY or not {"msg", "sid"} <= set(names):
        raise ValueError("not whole")


def suricata(line, state):
    m = re.fullmatch(r"drop (\S+) (\S+) (\S+) (->|<>) (\S+) (\S+) \((.*)\)", line)
    if not m:
        raise ValueError("no rule")
    if m[1] not in PROTOCOLS or not all(map(is_address, (m[2], m[5]))) or not all(map(is_port, (m[3], m[6]))):
        raise ValueError("header")
    check_options(m[7], state)


def pf(line, state):
    del state
    address = r"(any|<\w+>|[0-9a-f.:]+(?:/\d+)?)"
    table = re.fullmatch(r"table <\w+> persist \{((?: [0-9a-f.:/]+)+) \}", line)
    rule = re.fullmatch(rf"block drop quick(?: (inet6?))?(?: proto (tcp|udp))? from {address}(?: port = (\d+))?"
                        rf" to {address}(?: port = (\d+))?", line)
    if table:
        addresses = table[1].split()
    elif rule:
        addresses = [a for a in (rule[3], rule[5]) if a[0] != "<"]
        if (rule[4] or rule[6]) and not rule[2]:
            raise ValueError("a port without proto")
        if rule[1] and any(a != "any" and (":" in a) != (rule[1] == "inet6") for a in addresses):
            raise ValueError("another family")
    else:
        raise ValueError("no rule")
    if not all(map(is_address, addresses)):
        raise ValueError("an address")


bad = rules = 0
for path in sys.argv[2:]:
    state = set()
    for number, line in enumerate(open(path, encoding="ascii").read().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        rules += 1
        try:
            {"suricata": suricata, "pf": pf}[sys.argv[1]](line, state)
        except ValueError as fault:
            bad += 1
            print(f"{path}:{number}: {fault}: {line[:160]}")
print(f"{rules} rules, {bad} bad")
sys.exit(bad > 0 or rules == 0)
