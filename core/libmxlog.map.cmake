# SPDX-License-Identifier: Apache-2.0
# Usage: cmake -DHEADERS=DIR -DOUT=FILE -P libmxlog.map.cmake
# What libmxlog shares, by name: the functions that <mxlog/...> marks
# MXLOG_EXPORT, under the version that they came with. What a later version adds
# is to stand in a node of its own: list the names of the older ones here then.
set(names "")
file(GLOB headers ${HEADERS}/*.h ${HEADERS}/*.h.in)
foreach(header IN LISTS headers)
  file(READ ${header} text)
  string(REGEX REPLACE "/\\*([^*]|\\*+[^*/])*\\*+/" "" text "${text}")
  string(REPLACE ";" "\n;" text "${text}")
  string(REGEX MATCHALL "MXLOG_EXPORT[^;{(]*[ *\n\t]mxlog_[a-z0-9_]+\\(" found
    "${text}")
  foreach(one IN LISTS found)
    string(REGEX MATCH "mxlog_[a-z0-9_]+\\($" name "${one}")
    string(REPLACE "(" "" name "${name}")
    list(APPEND names ${name})
  endforeach()
endforeach()
list(SORT names)
list(REMOVE_DUPLICATES names)
set(map "MXLOG_0.2 {\nglobal:\n")
foreach(name IN LISTS names)
  string(APPEND map "\t${name};\n")
endforeach()
file(WRITE ${OUT} "${map}local:\n\t*;\n};\n")
