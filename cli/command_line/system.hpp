// Systems that stand between a command and its agent, with an interface of their own: a context's kind names one.
#pragma once

#include <optional>
#include <string_view>

#include "cli/contexts/contexts.hpp"
#include "cli/http/client.hpp"
#include "cli/http/request.hpp"

namespace facio {

/// What a system does to the requests and failures of every command. The engine knows none by name; they are handed to run().
struct System {
  std::string_view kind;  ///< of the contexts that it serves
  int timeout_ms = 0;     ///< longest wait when nobody said otherwise; 0: the endpoint's
  /// The request as the system takes it. Code::unsupported when it does not pass this on, Code::too_large or Code::rejected when it would
  /// refuse it: nothing is sent then.
  Result<Request> (*forward)(const Context& context, const Request& request) = nullptr;
  /// The failure that the answer to a forwarded request stands for, when the system knows it better than the status tells; may ask it.
  std::optional<Error> (*explain)(const Context& context, const Request& sent, const Response& response, HttpClient& http) = nullptr;
};

}  // namespace facio
