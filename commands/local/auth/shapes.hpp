// Where the tokens of contexts live, never the tokens.
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

struct AuthStatus {
  std::string name, url, storage, place, state;
  std::optional<std::string> mode, problem, fix;
  std::optional<std::int64_t> expires_at_ms;

  static constexpr ShapeHead shape{"AuthStatus", "Where the token of a context lives"};
  static constexpr auto fields() {
    using A = AuthStatus;
    return Fields{
        field("name", &A::name, "name of the context"),
        field("url", &A::url, "the only address that this token goes to"),
        field("storage", &A::storage, "keyring, file, exec, env or none"),
        field("place", &A::place, "entry, file, program or variable"),
        field("state", &A::state, "ready, unlocked, locked, missing, unavailable, refused, kept or asked"),
        field("mode", &A::mode, "of a file, as 0600"),
        field("expires_at_ms", &A::expires_at_ms, "until when a program's answer is kept", {.format = Format::epoch_ms}),
        field("problem", &A::problem, "why it cannot be used"),
        field("fix", &A::fix, "what to do about it"),
    };
  }
};

using AuthStatusList = ListOf<AuthStatus, "AuthStatusList", "Where the tokens live", "one for each context", Members::closed>;

}  // namespace facio
