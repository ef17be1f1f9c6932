// What doctor tells: one row for each thing that it looked at.
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

inline constexpr std::string_view kCheckSeverities[] = {"error", "warning", "info", "ok"};

struct Check {
  std::string id;
  std::optional<std::string> context;
  std::string severity, message;
  std::optional<std::string> fix;

  static constexpr ShapeHead shape{"Check", "One check"};
  static constexpr auto fields() {
    using C = Check;
    return Fields{
        field("id", &C::id, "stable name of the check, such as tls.expiry"),
        field("context", &C::context, "context that was checked; absent for this machine"),
        field("severity", &C::severity, "result of the check", {.choices = kCheckSeverities}),
        field("message", &C::message, "what was found"),
        field("fix", &C::fix, "what to do about it"),
    };
  }
};

struct CheckList {
  std::vector<Check> checks;

  static constexpr ShapeHead shape{"CheckList", "All checks, worst first"};
  static constexpr auto fields() { return Fields{field("checks", &CheckList::checks, "the checks")}; }
};

}  // namespace facio
