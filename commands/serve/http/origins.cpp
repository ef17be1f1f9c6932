#include "commands/serve/http/origins.hpp"

#include <algorithm>

namespace facio::serve {

bool Origins::allows(std::string_view origin) const {
  return !origin.empty() && std::ranges::any_of(allowed_, [&](const std::string& allowed) { return allowed == "*" || allowed == origin; });
}

std::string Origins::lines(std::string_view origin) const {
  if (allowed_.empty()) return {};
  if (!allows(origin)) return "Vary: Origin\r\n";
  std::string lines = "Access-Control-Allow-Origin: ";
  lines += origin;
  lines += "\r\nAccess-Control-Expose-Headers: X-Request-Id, Retry-After\r\nVary: Origin\r\n";
  return lines;
}

std::string Origins::preflight_lines(std::string_view methods) {
  std::string lines = "Access-Control-Allow-Methods: ";
  lines += methods;
  lines +=
      "\r\nAccess-Control-Allow-Headers: Authorization, Content-Type, X-Request-Id, A2A-Version, A2A-Extensions\r\nAccess-Control-Max-Age: "
      "600\r\n";
  return lines;
}

}  // namespace facio::serve
