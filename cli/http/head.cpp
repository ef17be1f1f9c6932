#include "cli/http/head.hpp"

#include <algorithm>

namespace facio::http {
namespace {

bool is_visible(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Result<Headers> headers_of(const Address& address, const Request& request, std::string_view request_id) {
  if (!is_visible(request.method)) return fail(Code::usage, "the method must be one word, as GET");
  if (!is_visible(request.target) || request.target.front() != '/')
    return fail(Code::usage, "the path must start with '/' and have blanks and other special characters percent-encoded");
  Headers headers = {{"Host", address.authority}, {"User-Agent", "facioctl/" FACIOCTL_VERSION}, {"Accept", request.accept}};
  if (!request_id.empty()) headers.emplace_back("X-Request-Id", request_id);
  if (request.has_body) headers.emplace_back("Content-Type", "application/json");
  if (request.has_body) headers.emplace_back("Content-Length", std::to_string(request.body.size()));
  return headers;
}

}  // namespace facio::http
