// JSON as slices of its own text: checked once as a whole, then walked without building a tree. What is printed as JSON is what was
// received, byte for byte.
#pragma once

#include <iterator>

#include "cli/core/result.hpp"

namespace facio::json {

enum class Json : std::uint8_t { nothing, null, boolean, number, string, array, object };

/// Checks that `text` is exactly one JSON value in UTF-8, at most 64 levels deep. Code::server names the byte.
Status check_json(std::string_view text);

/// The kind of a checked value, by its first byte; `nothing` for an empty slice.
Json kind_of(std::string_view value);

/// The position of a range-for in Members or Elements.
template <class Walked>
class WalkPosition {
 public:
  explicit WalkPosition(Walked& walked) : walked_(walked) { ++*this; }
  WalkPosition& operator++() {
    more_ = walked_.next(item_);
    return *this;
  }
  const typename Walked::Item& operator*() const { return item_; }
  bool operator==(std::default_sentinel_t) const { return !more_; }

 private:
  Walked& walked_;
  typename Walked::Item item_;
  bool more_ = false;
};

/// Walks the members of a checked object once: `for (const auto& [name, value] : Members(object))`. The name keeps its escapes.
class Members {
 public:
  struct Item {
    std::string_view name, value;
  };
  explicit Members(std::string_view object);
  bool next(std::string_view& name, std::string_view& value);
  bool next(Item& item) { return next(item.name, item.value); }
  WalkPosition<Members> begin() { return WalkPosition<Members>(*this); }
  static std::default_sentinel_t end() { return {}; }

 private:
  std::string_view rest_;
};

/// Walks the elements of a checked array once: `for (const std::string_view element : Elements(array))`.
class Elements {
 public:
  using Item = std::string_view;
  explicit Elements(std::string_view array);
  bool next(std::string_view& value);
  WalkPosition<Elements> begin() { return WalkPosition<Elements>(*this); }
  static std::default_sentinel_t end() { return {}; }

 private:
  std::string_view rest_;
};

/// The string, quotes included, that checked JSON starts with.
std::string_view leading_string(std::string_view json);
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
