// Which sources name the target and its token, the strongest first. Nothing secret is read here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/contexts/contexts.hpp"

namespace facio {

/// One place that a value can come from.
struct Source {
  std::string from;   ///< "--context", "FACIOCTL_CONTEXT", ".facioctl", "current", "--url", "FACIOCTL_URL", "FACIO_API_PORT", "default"
  std::string value;  ///< a context's name, or an address
  [[nodiscard]] bool is_address() const {
    return from == "--url" || from == "FACIOCTL_URL" || from == "FACIO_API_PORT" || from == "default";
  }
};

/// What names a target: the first one counts. Without `all` it is the only one that is looked for.
std::vector<Source> target_sources(const TargetChoice& choice, const Config& config, const Environment& environment, bool all);

/// Where the token of this context could come from: values are "file /…", "environment NAME", "program op", "keyring NAME", "standard
/// input", "file descriptor N", "credential /…", said by a flag, a variable or the context. The first one counts, none is no token.
/// `chosen_by` is the `from` of the target.
std::vector<Source> token_sources(const TargetChoice& choice, const Context& context, std::string_view chosen_by,
                                  const Environment& environment);

/// "host" of "http://user@host:8900/x", without brackets.
std::string_view host_of(std::string_view url);
/// Whether the address is on this machine: unix sockets, localhost, 127.0.0.0/8, ::1.
bool is_loopback(std::string_view url);

}  // namespace facio
