// How the settings of one run are explained.
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

struct Setting {
  std::string name, value, from;
  std::vector<std::string> beat;

  static constexpr ShapeHead shape{"Setting", "One setting, and the source of its value"};
  static constexpr auto fields() {
    using S = Setting;
    return Fields{
        field("name", &S::name, "name of the setting"),
        field("value", &S::value, "the effective value; for a token its place, never the token"),
        field("from", &S::from, "flag, variable, file or context that set it, or built-in"),
        field("beat", &S::beat, "overridden sources with other values, in order of precedence"),
    };
  }
};

using SettingList = ListOf<Setting, "SettingList", "All effective settings", "the settings", Members::closed>;

}  // namespace facio
