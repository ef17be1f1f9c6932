// How a plugin is shown.
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

struct PluginView {
  std::string name, path;
  std::optional<bool> mutating;
  std::optional<std::string> min_version, summary, problem;

  static constexpr ShapeHead shape{"PluginView", "A program that is a command of facioctl"};
  static constexpr auto fields() {
    using P = PluginView;
    return Fields{
        field("name", &P::name, "the word after facioctl"),
        field("path", &P::path, "the program"),
        field("mutating", &P::mutating, "whether it declares that it changes something; read-only contexts refuse it unless false"),
        field("min_version", &P::min_version, "oldest facioctl version that it works with"),
        field("summary", &P::summary, "what it is for"),
        field("problem", &P::problem, "why it cannot be used"),
    };
  }
};

using PluginList = ListOf<PluginView, "PluginList", "All plugins on the PATH", "the plugins, in the order of the PATH", Members::closed>;

}  // namespace facio
