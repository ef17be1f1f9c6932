// A request as plain data: what a command would send. Tests and --dry-run stop here.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/catalogue/endpoint.hpp"
#include "cli/core/percent.hpp"
#include "cli/core/result.hpp"

namespace facio {

struct Request {
  const Endpoint* endpoint = nullptr;  ///< null for `api METHOD PATH`
  std::string method;                  ///< "GET"
  std::string target;                  ///< encoded path and query: "/api/v1/cron/a%3Ab?limit=5"
  std::string body;                    ///< JSON text; meaningful only with has_body
  bool has_body = false;
  std::string accept = "application/json";
  std::vector<std::string> secrets;  ///< values inside the body that no output may show
  bool idempotent = true;            ///< may be sent again after a failure
  int timeout_ms = 15000;            ///< for the whole exchange
  bool changes = true;               ///< by a method that writes: false for a login, which a read-only context may do
};

struct Response {
  unsigned status = 0;
  std::string body;
  std::string content_type;
  std::string request_id;
  long retry_after_s = -1;
  std::vector<std::pair<std::string, std::string>> headers;  ///< all of them, as they came

  /// The first header of this name; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

}  // namespace facio
