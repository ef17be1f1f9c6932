// What commands that check something report: findings with a stable id, a severity and a remedy.
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "cli/core/reply_shapes.hpp"

namespace facio {

inline constexpr std::string_view kSeverities[] = {"error", "warning", "info"};

struct Finding {
  std::string check, severity, where, message;
  std::optional<std::string> fix = {}, file = {};
  std::optional<std::int64_t> line = {}, column = {};

  static constexpr ShapeHead shape{"Finding", "One finding of a check"};
  static constexpr auto fields() {
    using F = Finding;
    return Fields{
        field("check", &F::check, "stable name of the check"),
        field("severity", &F::severity, "severity; info: something could not be checked", {.choices = kSeverities}),
        field("where", &F::where, "what it is about, such as channel email or mcp github args[1]"),
        field("message", &F::message, "what is wrong"),
        field("fix", &F::fix, "what to do about it"),
        field("file", &F::file, "the file it is in, if it is about one"),
        field("line", &F::line, "line of the file, from 1"),
        field("column", &F::column, "column in the line, in characters from 1"),
    };
  }
};

using FindingList = ListOf<Finding, "FindingList", "The findings of a check, worst first", "the findings", Members::closed>;

inline constexpr Column kFindingColumns[] = {
    {"severity", "SEVERITY"}, {"check", "CHECK"}, {"where", "WHERE"}, {"message", "MESSAGE"}, {"fix", "FIX", true}};

}  // namespace facio
