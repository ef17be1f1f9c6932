// How a context is shown: where its token comes from, never the token.
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

struct ContextView {
  std::string name;
  bool current = false;
  std::string kind, url, token, ca, chosen_by, output;
  bool is_protected = false, readonly = false, insecure_http = false;
  std::int64_t timeout_ms = 0;

  static constexpr std::string_view shape_name = "ContextView";
  static constexpr std::string_view shape_doc = "A named target";
  static constexpr auto fields() {
    using C = ContextView;
    constexpr Attr may_miss = {.optional = true};
    return std::tuple{
        field("name", &C::name, "name of the context"),
        field("current", &C::current, "used when nothing else is said"),
        field("kind", &C::kind, "system behind the address"),
        field("url", &C::url, "address"),
        field("token", &C::token, "where the token comes from", may_miss),
        field("protected", &C::is_protected, "destructive commands ask for the name"),
        field("readonly", &C::readonly, "writes are refused"),
        field("insecure_http", &C::insecure_http, "the token may travel over plain HTTP"),
        field("timeout_ms", &C::timeout_ms, "longest wait; 0 for the default", {.format = Format::milliseconds, .optional = true}),
        field("ca", &C::ca, "certificates to trust", may_miss),
        field("output", &C::output, "default output format", may_miss),
        field("chosen_by", &C::chosen_by, "what made this the context in use", may_miss),
    };
  }
};

struct ContextList {
  std::vector<ContextView> items;

  static constexpr std::string_view shape_name = "ContextList";
  static constexpr std::string_view shape_doc = "All configured contexts";
  static constexpr auto fields() { return std::tuple{field("items", &ContextList::items, "the contexts")}; }
};

}  // namespace facio
