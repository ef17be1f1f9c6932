// Parameters and body of a request, decoded and checked by the endpoint's declaration.
#pragma once

#include <span>
#include <string_view>

#include "commands/serve/http/call.hpp"

namespace facio::serve {

/// Fills `call.arguments` from the path's values (in the path's order) and the query. Code::rejected names the parameter.
Status decode_arguments(const Endpoint& endpoint, std::span<const std::string_view> path_values, std::string_view query,
                        Arguments& arguments);

/// Fills `call.document` and `call.body`. Code::rejected names the member.
Status decode_body(const Endpoint& endpoint, std::string_view text, Call& call);

}  // namespace facio::serve
