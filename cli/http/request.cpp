#include "cli/http/request.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

#include "cli/core/body_secrets.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

std::string_view facio::Response::header(std::string_view name) const { return http::find_header(headers, name); }

namespace facio::http {
namespace {

constexpr std::size_t kShort = 4;

/// Which parameters of the query are known, and hold no secret.
std::function<bool(std::string_view)> declared_open(const Request& request) {
  return [endpoint = request.endpoint](std::string_view name) {
    return endpoint != nullptr && std::ranges::any_of(endpoint->params, [name](const Param& one) {
             return one.place == Place::query && one.field.name == name && !one.field.attr.secret;
           });
  };
}

/// The first bytes of a text that has so many.
std::uint32_t start_of(std::string_view text) {
  std::uint32_t start = 0;
  std::memcpy(&start, text.data(), kShort);
  return start;
}

/// Whether what follows a string makes it the name of a member.
bool is_name(std::string_view rest) { return trimmed(rest).starts_with(':'); }

}  // namespace

const Shape* shape_of_body(const Request& request) {
  if (request.body_shape != nullptr) return request.body_shape;
  return request.endpoint == nullptr ? nullptr : request.endpoint->body;
}

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
  if (request.method.empty() || !is_token(request.method)) return fail(Code::usage, "the method must be one word, such as GET");
  if (!is_token(request.target) || !request.target.starts_with('/'))
    return fail(Code::usage, "the path must start with '/' and percent-encode blanks and other special characters");
  for (const auto& [name, value] : request.headers)
    if (name.empty() || !is_token(name) || !is_header_value(value)) return fail(Code::usage, "the header '" + name + "' cannot be sent");
  Headers headers = {{"Host", address.authority}, {"User-Agent", "facioctl/" FACIOCTL_VERSION}};
  for (auto& own : own_headers(request)) headers.push_back(std::move(own));
  headers.emplace_back("Accept-Encoding", "identity");
  if (!request_id.empty() && find_header(request.headers, "X-Request-Id").empty()) headers.emplace_back("X-Request-Id", request_id);
  if (request.has_body) headers.emplace_back("Content-Length", std::to_string(request.body.size()));
  return headers;
}

Headers own_headers(const Request& request) {
  Headers headers;
  const auto add = [&](const std::string& name, const std::string& usual) {
    if (find_header(request.headers, name).empty()) headers.emplace_back(name, usual);
  };
  add("Accept", request.accept);
  if (request.has_body) add("Content-Type", "application/json");
  headers.insert(headers.end(), request.headers.begin(), request.headers.end());
  return headers;
}

bool is_plain_text(std::string_view body) { return body.find('\0') == std::string_view::npos && is_utf8(body); }

RequestMask::RequestMask(const Request& request, const Secret& token) {
  for (const std::string& secret : request.secrets) add(secret);
  if (request.has_body)
    if (const auto body = JsonDocument::parse(request.body))
      for (const std::string& secret : body_secrets(body->root(), shape_of_body(request))) add(secret);
  if (const auto query = request.target.find('?'); query != std::string::npos)
    for (const std::string& secret : query_secrets(std::string_view(request.target).substr(query + 1), declared_open(request))) add(secret);
  add(token.reveal());
  // Those that begin alike stand together, the longest first.
  std::ranges::sort(anywhere_, [](const std::string& a, const std::string& b) {
    const auto of_a = start_of(a), of_b = start_of(b);
    return of_a != of_b ? of_a < of_b : a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  anywhere_.erase(std::unique(anywhere_.begin(), anywhere_.end()), anywhere_.end());
  for (const std::string& secret : anywhere_) starts_.push_back(start_of(secret));
  std::ranges::sort(whole_, {}, [](const std::string& secret) { return -std::ssize(secret); });
}

RequestMask::~RequestMask() {
  for (auto* list : {&anywhere_, &whole_})
    for (std::string& text : *list) explicit_bzero(text.data(), text.size());
}

void RequestMask::add(std::string_view secret) {
  if (secret.empty()) return;
  if (secret.size() < kShort) return whole_.emplace_back(secret), void();
  std::string json;
  append_json_string(json, secret);
  anywhere_.emplace_back(secret);
  anywhere_.push_back(json.substr(1, json.size() - 2));
  anywhere_.push_back(percent_encode(secret));
}

/// The length of the longest secret that the text begins with; 0 when there is none.
std::size_t RequestMask::secret_at(std::string_view text) const {
  const auto start = start_of(text);
  const auto first = std::ranges::lower_bound(starts_, start);
  for (auto at = static_cast<std::size_t>(first - starts_.begin()); at < starts_.size() && starts_[at] == start; ++at)
    if (text.starts_with(anywhere_[at])) return anywhere_[at].size();
  return 0;
}

/// In one reading, however many secrets there are: a body may hold many thousands of what looks like one.
std::string RequestMask::without_long(std::string_view text) const {
  std::string out;
  std::size_t hidden = 0;  // up to here; secrets may overlap
  for (std::size_t at = 0; at + kShort <= text.size(); ++at) {
    const std::size_t length = secret_at(text.substr(at));
    if (length == 0) continue;
    if (at >= hidden) out.append(text.substr(hidden, at - hidden)).append(kMask);
    hidden = std::max(hidden, at + length);
  }
  return out.append(text.substr(hidden));
}

std::string RequestMask::text(std::string_view text) const {
  std::string out = without_long(text);
  for (const std::string& secret : whole_) {
    std::string string;
    append_json_string(string, secret);
    for (auto at = out.find(string); at != std::string::npos; at = out.find(string, at + 1))
      if (!is_name(std::string_view(out).substr(at + string.size()))) out.replace(at + 1, string.size() - 2, kMask);
  }
  return out;
}

std::string RequestMask::url(std::string_view url) const {
  std::string out = without_long(url);
  for (const std::string& secret : whole_) {
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
