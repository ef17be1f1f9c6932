// Where the tokens of contexts live, never the tokens.
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

struct AuthStatus {
  std::string name, url, storage, place, state;
  std::optional<std::string> mode, problem, fix;
  std::optional<std::int64_t> expires_at_ms;

  static constexpr ShapeHead shape{"AuthStatus", "Where the token of a context is stored"};
  static constexpr auto fields() {
    using A = AuthStatus;
    return Fields{
        field("name", &A::name, "name of the context"),
        field("url", &A::url, "the only address to which this token is sent"),
        field("storage", &A::storage, "keyring, file, exec, env or none"),
        field("place", &A::place, "entry, file, program or variable"),
        field("state", &A::state, "ready, unlocked, locked, missing, unavailable, refused, kept or asked"),
        field("mode", &A::mode, "mode of a file, such as 0600"),
        field("expires_at_ms", &A::expires_at_ms, "until when a program's result is cached", {.format = Format::epoch_ms}),
        field("problem", &A::problem, "why it cannot be used"),
        field("fix", &A::fix, "what to do about it"),
    };
  }
};

using AuthStatusList = ListOf<AuthStatus, "AuthStatusList", "Where the tokens are stored", "one for each context", Members::closed>;

}  // namespace facio
