# SPDX-License-Identifier: Apache-2.0
"""Archive segments as somebody else would: plain gzip, and a record of it.

usage: foreign_archive.py LOG_DIR NAME..."""
import gzip
import hashlib
import json
import os
import sys

log = sys.argv[1]
index = os.path.join(log, "archive", "index.json")
with open(index) as file:
    records = json.load(file)
for number, name in enumerate(sys.argv[2:]):
    source, path = os.path.join(log, name), os.path.join(log, "archive", name + ".gz")
    with open(source, "rb") as file:
        data = file.read()
    with gzip.open(path, "wb") as file:
        file.write(data)
    os.chmod(path, 0o600)
    os.unlink(source)
    with open(path, "rb") as file:
        packed = file.read()
    records.append({
        "archive_id": "01HQ8Z9X0ABCDEFGHJKMNPQR%02d" % number, "original_file": name,
        "archive_file": name + ".gz", "archive_date": "2026-02-05T00:00:00Z",
        "original_size_bytes": len(data), "compressed_size_bytes": len(packed),
        "compression_ratio": len(data) / len(packed), "entry_count": data.count(b"\n"),
        "checksum": hashlib.sha256(packed).hexdigest()})
with open(index, "w") as file:
    json.dump(records, file)
