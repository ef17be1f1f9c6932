// Members of an answer that mean something to its provider alone, which wants them back with the next request: thinking, signatures.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"

namespace facio::serve {

/// Puts them together from the pieces of an answer: texts are joined, objects are merged, and elements of lists whose type and index are
/// those of the one before go on with it.
class GivenBack {
 public:
  void add(std::string_view name, JsonRef value);
  /// A JSON object of them; empty when there are none.
  std::string take();

 private:
  struct Element {
    JsonDocument rest;                         ///< all but its texts
    std::map<std::string, std::string> texts;  ///< that may go on
  };
  struct Member {
    std::string text;
    std::vector<Element> elements;
    JsonDocument object = JsonDocument::object();
    std::size_t merged = 0, bytes = 0;  ///< objects, and their JSON text
    JsonKind kind = JsonKind::null;
  };
  void add_element(Member& member, JsonRef value);
  static void merge(Member& member, JsonRef value);

  std::map<std::string, Member, std::less<>> members_;
  std::size_t elements_ = 0;
};

}  // namespace facio::serve
