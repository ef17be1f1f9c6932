// Which web pages may call the server (CORS).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace facio::serve {

class Origins {
 public:
  /// "*" allows every origin; an empty list sends no CORS headers at all.
  explicit Origins(std::vector<std::string> allowed) : allowed_(std::move(allowed)) {}

  [[nodiscard]] bool allows(std::string_view origin) const {
    return !origin.empty() &&
           std::ranges::any_of(allowed_, [&](const std::string& allowed) { return allowed == "*" || allowed == origin; });
  }
  /// Header lines for an answer to this origin.
  [[nodiscard]] std::string lines(std::string_view origin) const {
    if (allowed_.empty()) return {};
    if (!allows(origin)) return "Vary: Origin\r\n";
    std::string lines = "Access-Control-Allow-Origin: ";
    lines += origin;
    lines += "\r\nAccess-Control-Expose-Headers: X-Request-Id, Retry-After\r\nVary: Origin\r\n";
    return lines;
  }
  /// More header lines for the answer to a preflight; `methods` as in Allow.
  [[nodiscard]] static std::string preflight_lines(std::string_view methods) {
    std::string lines = "Access-Control-Allow-Methods: ";
    lines += methods;
    lines +=
        "\r\nAccess-Control-Allow-Headers: Authorization, Content-Type, X-Request-Id, A2A-Version, "
        "A2A-Extensions\r\nAccess-Control-Max-Age: "
        "600\r\n";
    return lines;
  }

 private:
  std::vector<std::string> allowed_;
};

}  // namespace facio::serve
