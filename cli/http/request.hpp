// A request as plain data: what a command would send. --dry-run and many tests stop here.
#pragma once

#include <cstdint>

#include "cli/catalogue/endpoint.hpp"
#include "cli/http/address.hpp"

namespace facio {

struct Request {
  const Endpoint* endpoint = nullptr;  ///< null for `api METHOD PATH`
  std::string method;                  ///< "GET"
  std::string target;                  ///< encoded path and query: "/api/v1/cron/a%3Ab?limit=5"
  std::string body;                    ///< JSON text; meaningful only with has_body
  bool has_body = false;
  std::string content_type = "application/json";                  ///< of the body, which is then any bytes
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< further ones
  std::string accept = "application/json";
  std::vector<std::string> secrets;   ///< values that no output may show, besides those that body and query are known to hold
  const Shape* body_shape = nullptr;  ///< what is declared of the body; null: what `endpoint` declares
  bool idempotent = true;             ///< may be sent again after a failure
  int timeout_ms = 15000;             ///< for the whole exchange
  std::string named;                  ///< the value of the path's first parameter, before it was encoded
  bool by_name = false;               ///< somebody typed `named`: it may be a name, or the beginning of one or of an id
  bool changes = true;                ///< false for a login: a write by its method, but allowed in a read-only context
};

namespace http {
using Headers = std::vector<std::pair<std::string, std::string>>;
}

struct Response {
  unsigned status = 0;
  std::string body;
  std::string content_type;
  std::string request_id;
  long retry_after_s = -1;
  http::Headers headers;  ///< all of them, as received
  std::string reason;     ///< behind the status, as "OK"; may be empty
  /// The agent has changed something, so the answer, whatever it is, must not look like a failure.
  bool changed = false;

  /// The first header of this name; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

namespace http {

/// The value of the first header of this name, in any case; empty when there is none.
std::string_view find_header(const Headers& headers, std::string_view name);

/// Whether it is empty, or can be a token or a header's name: printable ASCII without blanks.
bool is_token(std::string_view text);
/// Whether it can be a header's value.
bool is_header_value(std::string_view text);

/// Adds a line like "Authorization: Bearer " (`before`) with a secret value to a request's head, and leaves no copy of it in freed memory.
void append_secret_line(std::string& head, std::string_view before, std::string_view value);

/// All headers of a request but Authorization. Code::usage when the request cannot be sent as it is.
Result<Headers> headers_of(const Address& address, const Request& request, std::string_view request_id);

/// The shape of the request's body; null when nothing is declared.
const Shape* shape_of_body(const Request& request);
/// Hides the secrets of one request: given ones, those that body_secrets() and query_secrets() find, and the token; in their plain, JSON
/// and percent-encoded spelling. They are zeroed at the end.
class RequestMask {
 public:
  RequestMask(const Request& request, const Secret& token);
  RequestMask(const RequestMask&) = delete;
  RequestMask& operator=(const RequestMask&) = delete;
  ~RequestMask();

  /// `text` with "***" for secrets wherever they occur. One of less than 4 bytes, which any text may contain by chance, is replaced only
  /// where it is a whole JSON string.
  [[nodiscard]] std::string text(std::string_view text) const;
  /// The same for a URL. There a short secret is replaced where it is a whole path segment or query value.
  [[nodiscard]] std::string url(std::string_view url) const;

 private:
  void add(std::string_view secret);
  [[nodiscard]] std::size_t secret_at(std::string_view text) const;
  [[nodiscard]] std::string without_long(std::string_view text) const;

  std::vector<std::string> anywhere_;  ///< long enough to be replaced wherever they occur; by their first bytes
  std::vector<std::uint32_t> starts_;  ///< these bytes, side by side for a quick look
  std::vector<std::string> whole_;     ///< short ones, plain
};

/// With a mask made for this text alone.
inline std::string masked(std::string_view text, const Request& request, const Secret& token) {
  return RequestMask(request, token).text(text);
}
inline std::string masked_url(std::string_view url, const Request& request, const Secret& token) {
  return RequestMask(request, token).url(url);
}

}  // namespace http
}  // namespace facio
