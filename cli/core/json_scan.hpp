// JSON as slices of its own text: checked once as a whole, then walked without building a tree. What is printed as JSON is what was
// received, byte for byte.
#pragma once

#include "cli/core/result.hpp"

namespace facio::json {

enum class Json : std::uint8_t { nothing, null, boolean, number, string, array, object };

/// Checks that `text` is exactly one JSON value in UTF-8, at most 64 levels deep. Code::server names the byte.
Status check_json(std::string_view text);

/// The kind of a checked value, by its first byte; `nothing` for an empty slice.
Json kind_of(std::string_view value);

/// Walks the members of a checked object: `while (members.next(name, value))`. The name keeps its escapes.
class Members {
 public:
  explicit Members(std::string_view object);
  bool next(std::string_view& name, std::string_view& value);

 private:
  std::string_view rest_;
};

/// Walks the elements of a checked array.
class Elements {
 public:
  explicit Elements(std::string_view array);
  bool next(std::string_view& value);

 private:
  std::string_view rest_;
};

/// The text of a checked string, given with its quotes or (`quoted` false) without. A lone surrogate becomes U+FFFD.
std::string unescaped(std::string_view string, bool quoted = true);
/// The text of a string; any other value unchanged.
std::string plain(std::string_view value);
/// The member's value (the last one if several have the name); empty when absent, or when this is not an object.
std::string_view member(std::string_view object, std::string_view name);
/// The value at a dotted path ("state.last_status"; an empty one is the whole); empty where there is none.
std::string_view value_at(std::string_view value, std::string_view path);
/// Whether an array or object has nothing in it.
bool is_empty(std::string_view container);

}  // namespace facio::json
