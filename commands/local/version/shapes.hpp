// What the program says about itself.
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

struct VersionInfo {
  std::string version, compiler, build;
  std::map<std::string, std::string> libraries;

  static constexpr ShapeHead shape{"VersionInfo", "How this program was built"};
  static constexpr auto fields() {
    using V = VersionInfo;
    return Fields{
        field("version", &V::version, "version of facioctl"),
        field("compiler", &V::compiler, "compiler that built it"),
        field("build", &V::build, "optimised or debug"),
        field("libraries", &V::libraries, "version of each library"),
    };
  }
};

}  // namespace facio
