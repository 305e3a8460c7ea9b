#pragma once
// The header declares its functions per code unit width; ours end in _8.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
