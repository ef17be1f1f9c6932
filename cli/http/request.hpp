// A request as plain data: what a command would send. --dry-run and many tests stop here.
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "cli/http/address.hpp"

namespace facio {

struct Request {
  const Endpoint* endpoint = nullptr;  ///< null for `api METHOD PATH`
  std::string method;                  ///< "GET"
  std::string target;                  ///< encoded path and query: "/api/v1/cron/a%3Ab?limit=5"
  std::string body;                    ///< JSON text; meaningful only with has_body
  bool has_body = false;
  std::string accept = "application/json";
  std::vector<std::string> secrets;  ///< values in the body that no output may show
  bool idempotent = true;            ///< may be sent again after a failure
  int timeout_ms = 15000;            ///< for the whole exchange
  bool changes = true;               ///< false for a login: a write by its method, but allowed in a read-only context
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

/// `text` with the request's secrets and the token replaced by "***" wherever they occur, in their plain, JSON and percent-encoded
/// spelling. A secret of less than 4 bytes, which any text may contain by chance, is replaced only where it is a whole JSON string.
std::string masked(std::string_view text, const Request& request, const Secret& token);
/// The same for a URL. There a short secret is replaced where it is a whole path segment or query value.
std::string masked_url(std::string_view url, const Request& request, const Secret& token);

}  // namespace http
}  // namespace facio
