// What a LibreFang daemon says that its configuration may hold, in the three forms that its versions have for it.
#pragma once

#include "cli/core/json.hpp"

namespace facio::librefang {

/// What is wrong with `value` at the dotted `path`; empty when nothing is, "" with `is_known` false when the schema does not name the path.
struct Judgement {
  bool is_known = false;
  std::string problem = {};
};
Judgement judge_setting(JsonRef schema, std::string_view path, JsonRef value);

}  // namespace facio::librefang
