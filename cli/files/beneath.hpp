// Opening a path below a directory, and nothing outside of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/descriptor.hpp"

namespace facio {

/// How paths are looked up.
enum class Lookup : std::uint8_t {
  kernel,     ///< openat2, which holds against everything that others do meanwhile
  component,  ///< one component at a time without following links, links by hand: for kernels and sandboxes without openat2
};

/// The better one that works here. `root` is any open directory.
Lookup best_lookup(int root);

/// Opens `path` (relative, "" or "." for the root) below `root`. Links are followed while they stay below it. When it fails, the
/// descriptor is empty and errno tells why: EXDEV when the path leads out, ELOOP when links go round, otherwise as openat.
Descriptor open_beneath(int root, std::string_view path, int flags, Lookup lookup);

}  // namespace facio
