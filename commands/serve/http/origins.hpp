// Which web pages may call the server (CORS).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace facio::serve {

class Origins {
 public:
  /// "*" allows every origin; an empty list sends no CORS headers at all.
  explicit Origins(std::vector<std::string> allowed) : allowed_(std::move(allowed)) {}

  [[nodiscard]] bool allows(std::string_view origin) const;
  /// Header lines for an answer to this origin; empty when it is not allowed.
  [[nodiscard]] std::string lines(std::string_view origin) const;
  /// Further header lines of a preflight's answer; `methods` as in Allow.
  [[nodiscard]] static std::string preflight_lines(std::string_view methods);

 private:
  std::vector<std::string> allowed_;
};

}  // namespace facio::serve
