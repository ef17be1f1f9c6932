// What changed between two answers.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/endpoint.hpp"

namespace facio::output {

/// Remembers the items of an answer, and lists how the next one differs.
class Changes {
 public:
  explicit Changes(const Endpoint& endpoint) : endpoint_(endpoint) {}

  /// Compact JSON objects, one for each change since the previous answer: added and changed items in the order of `json` (checked, as
  /// -o json shows it), then removed ones. Items are identified by the endpoint's key or by their name in a map; an answer that is one
  /// object is a single item without a key.
  std::vector<std::string> next(std::string_view json);

 private:
  struct Known {
    std::string value;
    std::size_t round = 0;  ///< in which it was seen last
  };
  void compare(std::string key, std::string_view value, std::vector<std::string>& changes);

  const Endpoint& endpoint_;
  std::map<std::string, Known, std::less<>> known_;  ///< by key as JSON text
  std::size_t round_ = 0;
};

}  // namespace facio::output
