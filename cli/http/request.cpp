#include "cli/http/request.hpp"

#include <algorithm>
#include <cstring>

#include "cli/core/encoding.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"

std::string_view facio::Response::header(std::string_view name) const { return http::find_header(headers, name); }

namespace facio::http {
namespace {

constexpr std::size_t kShort = 4;

/// The secrets of one request in every spelling; zeroed at the end.
class Spellings {
 public:
  Spellings(const Request& request, const Secret& token) {
    for (const std::string& secret : request.secrets) add(secret);
    add(token.reveal());
    // The longest first, so that no part of a longer secret is left.
    const auto longer = [](const std::string& a, const std::string& b) { return a.size() > b.size(); };
    std::ranges::sort(anywhere, longer);
    std::ranges::sort(whole, longer);
  }
  Spellings(const Spellings&) = delete;
  Spellings& operator=(const Spellings&) = delete;
  ~Spellings() {
    for (auto* list : {&anywhere, &whole})
      for (std::string& text : *list) explicit_bzero(text.data(), text.size());
  }

  std::vector<std::string> anywhere;  ///< long enough to be replaced wherever they occur
  std::vector<std::string> whole;     ///< short ones, plain

 private:
  void add(std::string_view secret) {
    if (secret.empty()) return;
    if (secret.size() < kShort) return whole.emplace_back(secret), void();
    std::string json;
    append_json_string(json, secret);
    anywhere.emplace_back(secret);
    anywhere.push_back(json.substr(1, json.size() - 2));
    anywhere.push_back(percent_encode(secret));
  }
};

void hide_anywhere(std::string& text, const Spellings& spellings) {
  for (const std::string& secret : spellings.anywhere)
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kMask.size()))
      text.replace(at, secret.size(), kMask);
}

/// Whether what follows a string makes it the name of a member.
bool is_name(std::string_view rest) { return trimmed(rest).starts_with(':'); }

}  // namespace

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

std::string masked(std::string_view text, const Request& request, const Secret& token) {
  const Spellings spellings(request, token);
  std::string out(text);
  hide_anywhere(out, spellings);
  for (const std::string& secret : spellings.whole) {
    std::string string;
    append_json_string(string, secret);
    for (auto at = out.find(string); at != std::string::npos; at = out.find(string, at + 1))
      if (!is_name(std::string_view(out).substr(at + string.size()))) out.replace(at + 1, string.size() - 2, kMask);
  }
  return out;
}

std::string masked_url(std::string_view url, const Request& request, const Secret& token) {
  const Spellings spellings(request, token);
  std::string out(url);
  hide_anywhere(out, spellings);
  for (const std::string& secret : spellings.whole) {
    const std::string part = percent_encode(secret);
    for (auto at = out.find(part, 1); at != std::string::npos; at = out.find(part, at + 1)) {
      const auto end = at + part.size();
      const bool begins = out[at - 1] == '/' || out[at - 1] == '=';
      const bool ends = end == out.size() || out[end] == '/' || out[end] == '?' || out[end] == '&';
      if (begins && ends) out.replace(at, part.size(), kMask);
    }
  }
  return out;
}

}  // namespace facio::http
