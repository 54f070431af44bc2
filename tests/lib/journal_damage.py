# SPDX-License-Identifier: Apache-2.0
"""Damage a journal file in one way, chosen by a seed.

usage: journal_damage.py GOOD BAD SEED
"""
import random
import sys

good, bad, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
random.seed(seed)
with open(good, "rb") as file:
    data = bytearray(file.read())
used = len(data.rstrip(b"\0"))
kind = seed % 5
at = random.randrange(used)
if kind == 0:  # a bit anywhere
    data[at] ^= 1 << random.randrange(8)
elif kind == 1:  # a bit of the header
    data[random.randrange(272)] ^= 1 << random.randrange(8)
elif kind == 2:  # a page of zeros
    at -= at % 4096
    data[at:at + 4096] = bytes(len(data[at:at + 4096]))
elif kind == 3:  # a page of something else
    at -= at % 4096
    page = bytes(random.randrange(256) for _ in range(4096))
    data[at:at + 4096] = page[:len(data[at:at + 4096])]
else:  # cut short
    data = data[:at]
with open(bad, "wb") as file:
    file.write(data)
