// JSON types of the scripts area (contract section 15).
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

struct Script {
  std::string name, path;
  std::int64_t size = 0;
  double mtime = 0;

  static constexpr ShapeHead shape{"Script", "A script of the workspace", Members::open};
  static constexpr auto fields() {
    using S = Script;
    return Fields{
        field("name", &S::name, "name of the script"),
        field("path", &S::path, "path below the workspace"),
        field("size", &S::size, "size of the file", {.format = Format::bytes}),
        field("mtime", &S::mtime, "last change", {.format = Format::epoch_s}),
    };
  }
};

using ScriptList = ListOf<Script, "ScriptList", "All scripts", "the scripts">;

}  // namespace facio
