// What a reply shows: one value, or items.
#pragma once

#include <string_view>
#include <vector>

#include "cli/catalogue/endpoint.hpp"

namespace facio::output {

struct Item {
  std::string_view name;  ///< raw member name of an item of a map; empty in lists
  std::string_view value;
};

struct ReplyView {
  bool is_list = false;    ///< items count; else the one item is the reply
  bool is_map = false;     ///< items have names
  std::string_view whole;  ///< what -o json and yaml show: the array, the map, the object
  std::vector<Item> items;
};

/// Finds the items of checked JSON by the declaration. A list that is a bare array, or items under the area's name, are
/// understood as well: older agents differ there. A reply without items gives one item and no list.
ReplyView view_of(const Endpoint& endpoint, std::string_view body);

}  // namespace facio::output
