#include "cli/output/reply_view.hpp"

#include "cli/output/json_scan.hpp"

namespace facio::output {
namespace {

/// The only member that is an array (or object); empty when there are none or several.
std::string_view only_member(std::string_view object, Json kind) {
  std::string_view found, name, value;
  for (Members members(object); members.next(name, value);) {
    if (kind_of(value) != kind) continue;
    if (!found.empty()) return {};
    found = value;
  }
  return found;
}

std::string_view container_of(const Endpoint& endpoint, std::string_view root, Json kind) {
  if (kind_of(root) == Json::array) return kind == Json::array ? root : std::string_view{};
  const std::string_view declared = member(root, endpoint.items);
  if (kind_of(declared) == kind) return declared;
  return only_member(root, kind);
}

}  // namespace

ReplyView view_of(const Endpoint& endpoint, std::string_view body) {
  ReplyView view;
  view.whole = trimmed(body);
  if (!endpoint.unwrap.empty())
    if (const auto inner = member(view.whole, endpoint.unwrap); !inner.empty()) view.whole = inner;
  const bool map = endpoint.form == ReplyForm::map;
  if (map || endpoint.form == ReplyForm::list) {
    const auto container = container_of(endpoint, view.whole, map ? Json::object : Json::array);
    if (!container.empty()) {
      view.is_list = true;
      view.is_map = map;
      view.whole = container;
    }
  }
  Item item;
  if (view.is_map) {
    for (Members members(view.whole); members.next(item.name, item.value);) view.items.push_back(item);
  } else if (view.is_list) {
    for (Elements elements(view.whole); elements.next(item.value);) view.items.push_back(item);
  } else {
    view.items.push_back({{}, view.whole});
  }
  return view;
}

}  // namespace facio::output
