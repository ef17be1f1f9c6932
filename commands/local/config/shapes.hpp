// How the settings of one run are explained.
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

struct Setting {
  std::string name, value, from;
  std::vector<std::string> beat;

  static constexpr ShapeHead shape{"Setting", "One setting, and what gave it its value"};
  static constexpr auto fields() {
    using S = Setting;
    return Fields{
        field("name", &S::name, "name of the setting"),
        field("value", &S::value, "what holds; a token's place, never the token"),
        field("from", &S::from, "flag, variable, file or context that said so, or built-in"),
        field("beat", &S::beat, "weaker sources that said something else, the strongest first"),
    };
  }
};

using SettingList = ListOf<Setting, "SettingList", "All settings of one run", "the settings", Members::closed>;

}  // namespace facio
