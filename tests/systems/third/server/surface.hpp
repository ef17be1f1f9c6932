// The third system as the server shows it: three endpoints over a service of its own.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/secret.hpp"
#include "commands/serve/http/surface.hpp"

namespace facio::third {

/// Five things.
class ThingsService {
 public:
  [[nodiscard]] std::string ping() const;
  /// A page from behind the mark `after` on. Code::rejected for what is no mark.
  [[nodiscard]] Result<serve::Reply> list(std::string_view after, std::int64_t count) const;
  /// Code::not_found.
  [[nodiscard]] Result<std::string> get(std::string_view id) const;
};

/// On a listener of its own all paths are its; on the main one those below /third.
serve::Surface surface(ThingsService& things, const Secret& key, std::string_view listener);

}  // namespace facio::third
