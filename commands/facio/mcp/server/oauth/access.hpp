// The token that the requests to a protected MCP server carry.
#pragma once

#include <string>

#include "cli/core/secret.hpp"
#include "cli/http/request.hpp"

namespace facio::serve {

/// For one server at one address. Safe from any thread; all calls may block on the authorization server for some seconds.
class McpAccess {
 public:
  virtual ~McpAccess() = default;
  /// The token for the next request, renewed if its time is over; empty when there is none.
  virtual Secret token() = 0;
  /// The server refused a request that carried `used`, with 401 or 403. True: there is another token now, and the request may be repeated
  /// with that, once.
  virtual bool refused(unsigned status, const http::Headers& headers, const Secret& used) = 0;
  /// What to do about the last refusal, with the command.
  [[nodiscard]] virtual std::string advice() const = 0;
};

}  // namespace facio::serve
