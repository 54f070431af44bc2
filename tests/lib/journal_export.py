# SPDX-License-Identifier: Apache-2.0
"""Write journal entries in the export format, for systemd-journal-remote.

usage: journal_export.py COUNT [plain]

plain: entries of 18 fields as services write them, for benchmarks; else with
all that is awkward: binary values, repeated fields, no message, odd names.
"""
import random
import sys

count = int(sys.argv[1])
plain = len(sys.argv) > 2
random.seed(4711)
out = sys.stdout.buffer
base = 1769614245000000
units = ["nginx", "sshd", "cron", "postgresql", "app-worker",
         "systemd-logind", "docker", "node-exporter"]


def binary(name, value):
    return (name.encode() + b"\n" + len(value).to_bytes(8, "little") + value +
            b"\n")


def awkward(i):
    """Fields on top of the usual ones."""
    kind = i % 11
    if kind == 1:
        return binary("BLOB", bytes(random.randrange(256)
                                    for _ in range(random.randrange(200))))
    if kind == 2:
        return b"HOSTNAME=forged\nUID=0\nCUSTOM_FIELD=x\n"
    if kind == 3:
        return b"MANY=one\nMANY=two\nMANY=three\n"
    if kind == 4:
        return b"CODE_FUNC=main\nCODE_LINE=12\nCODE_FILE=a.c\nTID=77\n"
    if kind == 5:
        return binary("MULTI", b"two\nlines")
    if kind == 6:
        return b"ERRNO=2\nOBJECT_PID=12\nMESSAGE_ID=" + b"ab" * 16 + b"\n"
    if kind == 7:
        return "UMLAUT=\u00e4\u20ac\U0001f600 \u2028\n".encode()
    if kind == 8:
        return b"LONG=" + b"y" * 5000 + b"\n"
    return b""


for i in range(count):
    unit = units[i % len(units)]
    time = base + i * 1000
    text = (
        f"__REALTIME_TIMESTAMP={time}\n"
        f"__MONOTONIC_TIMESTAMP={1000000 + i * 1000}\n"
        "_BOOT_ID=0f6d2a48adfda43d1219c7c4c5404aaa\n"
        "_TRANSPORT=syslog\n_HOSTNAME=web-01\n"
        "_MACHINE_ID=3d1219c7c4c5404aaa1f6d2a48adfda4\n"
        f"PRIORITY={3 + i % 5}\nSYSLOG_FACILITY=3\n"
        f"SYSLOG_IDENTIFIER={unit}\n_UID={i % 8 * 100}\n"
        f"_GID={i % 8 * 100}\n_COMM={unit}\n_EXE=/usr/sbin/{unit}\n"
        f"_CMDLINE=/usr/sbin/{unit} -D --config /etc/{unit}.conf\n"
        f"_SYSTEMD_CGROUP=/system.slice/{unit}.service\n"
        f"_SYSTEMD_UNIT={unit}.service\n_SYSTEMD_SLICE=system.slice\n"
        f"_PID={1000 + i % 8}\n_CAP_EFFECTIVE=1ffffffffff\n").encode()
    if plain or i % 11 != 9:
        text += (f"MESSAGE=request {i} from 10.0.{i % 256}.{i // 256 % 256} "
                 f"took {i % 977} ms, status {200 + i % 5} path "
                 f"/api/v1/items/{i * 7 % 100003}\n").encode()
    if not plain:
        text += awkward(i)
    out.write(text + b"\n")
