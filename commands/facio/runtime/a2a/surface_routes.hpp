// The paths of the A2A surface.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "commands/serve/http/mounted.hpp"
#include "commands/facio/runtime/a2a/request.hpp"

namespace facio::serve {

/// The root, where JSON-RPC is spoken.
bool is_a2a_root(const Segments& segments);
/// Bits of the methods that a path knows; 0 for none.
unsigned a2a_methods(const Segments& segments);
/// The version that a request names, by header or by parameter; empty when it names none.
std::string a2a_version_text(const RequestHead& head, std::string_view query);
/// What an HTTP+JSON client speaks: below /v1 one that names no version speaks 0.3, elsewhere 1.0.
a2a::Dialect rest_dialect(const Segments& segments, std::optional<a2a::Dialect> version);
/// What an HTTP+JSON request asks for.
a2a::Outcome<A2aRequest> read_rest(const MountedCall& call, a2a::Dialect dialect);

}  // namespace facio::serve
