#include "cli/output/reply_view.hpp"

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"

namespace facio::output {

using namespace json;

namespace {

std::string_view container_of(const Endpoint& endpoint, std::string_view root, Json kind) {
  if (kind_of(root) == Json::array) return kind == Json::array ? root : std::string_view{};
  const std::string_view declared = member(root, endpoint.items);
  if (kind_of(declared) == kind) return declared;
  const std::string_view by_area = member(root, endpoint.area());  // "sessions" in older agents
  return kind_of(by_area) == kind ? by_area : std::string_view{};
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
    for (json::Members members(view.whole); members.next(item.name, item.value);) view.items.push_back(item);
  } else if (view.is_list) {
    for (Elements elements(view.whole); elements.next(item.value);) view.items.push_back(item);
  } else {
    view.items.push_back({{}, view.whole});
  }
  return view;
}

}  // namespace facio::output
