// The paths of the A2A surface.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "commands/serve/http/mounted.hpp"
#include "commands/serve/surfaces/a2a_request.hpp"

namespace facio::serve {

/// The root, where JSON-RPC is spoken.
bool is_a2a_root(const Segments& segments);
/// Bits of the methods that a path knows; 0 for none.
unsigned a2a_methods(const Segments& segments);
/// The version that a request names, by header or by parameter; empty when it names none.
std::string a2a_version_text(const RequestHead& head, std::string_view query);
/// What an HTTP+JSON request asks for. Below /v1 a client that names no version speaks 0.3, elsewhere 1.0.
a2a::Outcome<A2aRequest> read_rest(const MountedCall& call, std::optional<a2a::Dialect> version);

}  // namespace facio::serve
