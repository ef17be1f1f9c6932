#include "cli/http/head.hpp"

#include <algorithm>
#include <cstring>

#include "cli/core/text.hpp"

namespace facio::http {

std::string_view find_header(const Headers& headers, std::string_view name) {
  for (const auto& [known, value] : headers)
    if (equals_ignoring_case(known, name)) return value;
  return {};
}

bool is_token(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_header_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= 0x20 && c != 0x7f) || c == '\t'; });
}

void append_secret_line(std::string& head, std::string_view before, std::string_view value) {
  if (const std::size_t needed = head.size() + before.size() + value.size() + 2; head.capacity() < needed) {
    std::string larger;
    larger.reserve(2 * needed + 64);
    larger = head;
    explicit_bzero(head.data(), head.size());
    head.swap(larger);
  }
  ((head += before) += value) += "\r\n";
}

Result<Headers> headers_of(const Address& address, const Request& request, std::string_view request_id) {
  if (request.method.empty() || !is_token(request.method)) return fail(Code::usage, "the method must be one word, as GET");
  if (!is_token(request.target) || !request.target.starts_with('/'))
    return fail(Code::usage, "the path must start with '/' and have blanks and other special characters percent-encoded");
  Headers headers = {{"Host", address.authority}, {"User-Agent", "facioctl/" FACIOCTL_VERSION}, {"Accept", request.accept}};
  if (!request_id.empty()) headers.emplace_back("X-Request-Id", request_id);
  if (request.has_body) headers.emplace_back("Content-Type", "application/json");
  if (request.has_body) headers.emplace_back("Content-Length", std::to_string(request.body.size()));
  return headers;
}

}  // namespace facio::http
