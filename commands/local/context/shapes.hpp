// How a context is shown: where its token comes from, never the token.
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

struct ContextView {
  std::string name;
  bool current = false, in_use = false;
  std::string kind, url, agent, token, ca, cert, chosen_by, output;
  std::vector<std::string> tags, beat;
  bool is_protected = false, readonly = false, insecure_http = false;
  std::int64_t timeout_ms = 0;

  static constexpr ShapeHead shape{"ContextView", "A named target"};
  static constexpr auto fields() {
    using C = ContextView;
    constexpr Attr may_miss = {.optional = true};
    return Fields{
        field("name", &C::name, "name of the context"),
        field("current", &C::current, "used by default"),
        field("in_use", &C::in_use, "the context that a command would use here and now"),
        field("kind", &C::kind, "system behind the address"),
        field("url", &C::url, "address"),
        field("agent", &C::agent, "id of the agent, for kind placet", may_miss),
        field("tags", &C::tags, "tags, for groups", may_miss),
        field("token", &C::token, "where the token comes from", may_miss),
        field("protected", &C::is_protected, "destructive commands ask for the context's name"),
        field("readonly", &C::readonly, "changes are refused"),
        field("insecure_http", &C::insecure_http, "the token may be sent over plain HTTP"),
        field("timeout_ms", &C::timeout_ms, "maximum wait; 0 for the default", {.format = Format::milliseconds, .optional = true}),
        field("ca", &C::ca, "certificates to trust", may_miss),
        field("cert", &C::cert, "client certificate", may_miss),
        field("output", &C::output, "default output format", may_miss),
        field("chosen_by", &C::chosen_by, "what selected this context", may_miss),
        field("beat", &C::beat, "overridden sources that name another context", may_miss),
    };
  }
};

using ContextList = ListOf<ContextView, "ContextList", "All configured contexts", "the contexts", Members::closed>;

/// How one context answered.
struct ContextTest {
  std::string name, url, result, message;
  std::int64_t ms = 0;
  std::optional<std::string> version;

  static constexpr ShapeHead shape{"ContextTest", "Whether an agent can be reached and accepts the token"};
  static constexpr auto fields() {
    using T = ContextTest;
    return Fields{
        field("name", &T::name, "name of the context; empty for an address"),
        field("url", &T::url, "address"),
        field("result", &T::result, "ok, or the name of an exit code, such as unreachable or unauthenticated"),
        field("ms", &T::ms, "time until the answer", {.format = Format::milliseconds}),
        field("version", &T::version, "version of the agent"),
        field("message", &T::message, "what went wrong", {.optional = true}),
    };
  }
};

using ContextTestList = ListOf<ContextTest, "ContextTestList", "How the contexts answered", "one for each context", Members::closed>;

}  // namespace facio
