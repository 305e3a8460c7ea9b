#pragma once
// First, so that maxminddb.h leaves glibc's feature macros as they are for every other module.
#include <features.h>
#include <maxminddb.h>
#include <string.h>

// Swift cannot call C variadics, and a sockaddr is easier filled here: typed functions for the two things we ask.

// What an address leads to: 1 with `offset` (of its record) and `netmask` set, 0 when nothing is known, else -1 with an
// MMDB error code in `error`. The address is 128 bits in host order, IPv4 in the lowest 32.
static inline int mmdb_find(const MMDB_s *database, uint64_t high, uint64_t low, bool is_v4, uint32_t *offset,
                            uint16_t *netmask, int *error) {
  MMDB_lookup_result_s found;
  *error = MMDB_SUCCESS;
  if (is_v4) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl((uint32_t)low);
    found = MMDB_lookup_sockaddr(database, (const struct sockaddr *)&address, error);
  } else {
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    uint32_t words[4] = {htonl((uint32_t)(high >> 32)), htonl((uint32_t)high), htonl((uint32_t)(low >> 32)),
                         htonl((uint32_t)low)};
    memcpy(&address.sin6_addr, words, sizeof words);
    found = MMDB_lookup_sockaddr(database, (const struct sockaddr *)&address, error);
  }
  // Asked for IPv6, a database of IPv4 alone knows nothing; that is no fault of its data.
  if (*error == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR) return 0;
  if (*error != MMDB_SUCCESS) return -1;
  *netmask = found.netmask;
  if (!found.found_entry) return 0;
  *offset = found.entry.offset;
  return 1;
}

// Looks up a path of up to four keys in the record at `offset`; a null key ends the path. An MMDB error code.
static inline int mmdb_value(const MMDB_s *database, uint32_t offset, const char *a, const char *b, const char *c,
                             const char *d, MMDB_entry_data_s *value) {
  MMDB_entry_s entry = {.mmdb = database, .offset = offset};
  memset(value, 0, sizeof *value);
  int code = MMDB_get_value(&entry, value, a, b, c, d, NULL);
  // That a record lacks the key, or has something else in its place, is no fault.
  if (code == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR) return MMDB_SUCCESS;
  return code;
}

// The text in a value with its length in bytes (it is not terminated); null when it is no text.
static inline const char *mmdb_text(const MMDB_entry_data_s *value, uint32_t *length) {
  if (!value->has_data || value->type != MMDB_DATA_TYPE_UTF8_STRING) return NULL;
  *length = value->data_size;
  return value->utf8_string;
}

// The number in a value; 0 when it is none.
static inline uint64_t mmdb_number(const MMDB_entry_data_s *value) {
  if (!value->has_data) return 0;
  switch (value->type) {
    case MMDB_DATA_TYPE_UINT16: return value->uint16;
    case MMDB_DATA_TYPE_UINT32: return value->uint32;
    case MMDB_DATA_TYPE_UINT64: return value->uint64;
    default: return 0;
  }
}

// Both sides of one node of the search tree: record types and, where a side leads to data, the record's offset.
static inline int mmdb_node(const MMDB_s *database, uint32_t number, uint8_t types[2], uint32_t offsets[2]) {
  MMDB_search_node_s node;
  int code = MMDB_read_node(database, number, &node);
  if (code != MMDB_SUCCESS) return code;
  types[0] = node.left_record_type;
  types[1] = node.right_record_type;
  offsets[0] = node.left_record_entry.offset;
  offsets[1] = node.right_record_entry.offset;
  return MMDB_SUCCESS;
}
