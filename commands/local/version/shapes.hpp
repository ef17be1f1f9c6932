// What the program says about itself.
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

struct VersionInfo {
  std::string version;
  std::optional<std::string> commit, commit_date;
  std::optional<bool> modified;
  std::string compiler, build;
  std::map<std::string, std::string> libraries;

  static constexpr ShapeHead shape{"VersionInfo", "How this program was built"};
  static constexpr auto fields() {
    using V = VersionInfo;
    return Fields{
        field("version", &V::version, "version of facioctl"),
        field("commit", &V::commit, "git commit that it was built from; only in release builds"),
        field("commit_date", &V::commit_date, "when that commit was made", {.format = Format::time}),
        field("modified", &V::modified, "whether files differed from that commit"),
        field("compiler", &V::compiler, "compiler that built it"),
        field("build", &V::build, "optimised or debug"),
        field("libraries", &V::libraries, "version of each library"),
    };
  }
};

}  // namespace facio
