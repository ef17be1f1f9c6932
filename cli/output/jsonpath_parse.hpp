// The text of -o jsonpath=… as data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::output {

struct PathStep;
/// From where a path starts, and its steps.
struct JsonPath {
  bool from_root = false;  ///< "$"
  std::vector<PathStep> steps;
};

/// One side of a comparison in a filter: a path, or a value as JSON text.
struct PathOperand {
  bool is_path = false;
  JsonPath path;
  std::string literal;
};

/// "?(@.a==1 && @.b)": alternatives of conditions that hold together.
struct PathCondition {
  PathOperand left, right;
  std::string comparison;  ///< empty: the left side exists
};

/// One way to choose elements of an array: "3", "1:3", "::2", "*".
struct PathSlice {
  std::optional<long> begin, end;
  long step = 1;
  bool single = false;
};

struct PathStep {
  enum class Kind : std::uint8_t { names, slices, all, everything, filter } kind = Kind::names;
  std::vector<std::string> names;
  std::vector<PathSlice> slices;
  std::vector<std::vector<PathCondition>> filter;
  std::size_t at = 0;  ///< in the text, for messages
};

/// A piece of the text: something to print, a path to fill in, or a range with what is repeated.
struct PathPiece {
  enum class Kind : std::uint8_t { text, path, range } kind = Kind::text;
  std::string text;
  JsonPath path;
  std::vector<PathPiece> body;
};

/// Code::usage with the position and what is wrong there.
Result<std::vector<PathPiece>> parse_jsonpath(std::string_view text);

/// The failure at a place in the text.
tl::unexpected<Error> jsonpath_error(std::size_t at, const std::string& what);

}  // namespace facio::output
