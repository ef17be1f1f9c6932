// Names that were asked for a moment ago, in files of the user's cache directory.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/core/streams.hpp"

namespace facio {

class NameCache {
 public:
  /// `key` says whose names they are: target and request.
  NameCache(const Environment& environment, std::string key);

  /// Lines that were kept, however old; nothing when there are none. `fresh` tells whether they need not be asked for again.
  std::optional<std::string> read(bool& fresh) const;
  /// Keeps lines, readable for the user alone. A cache that cannot be written is none.
  void write(std::string_view lines) const;

 private:
  std::string key_;
  std::string folder_;  ///< empty: there is no place
  std::string path_;
};

}  // namespace facio
