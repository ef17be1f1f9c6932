#include "cli/output/path_tree.hpp"

#include "cli/core/json_scan.hpp"

namespace facio::output {

using namespace json;

void PathTree::add(std::string_view path, std::size_t index) {
  if (path.empty()) {
    ends_.push_back(index);
    return;
  }
  const auto dot = path.find('.');
  const std::string_view name = path.substr(0, dot);
  const std::string_view rest = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  for (PathTree& known : children_)
    if (known.name_ == name) return known.add(rest, index);
  children_.emplace_back().name_ = name;
  children_.back().add(rest, index);
}

const PathTree* PathTree::child(std::string_view raw_name) const {
  if (raw_name.find('\\') != std::string_view::npos) {
    const std::string name = unescaped(raw_name, false);
    for (const PathTree& one : children_)
      if (one.name_ == name) return &one;
    return nullptr;
  }
  for (const PathTree& one : children_)
    if (one.name_ == raw_name) return &one;
  return nullptr;
}

void PathTree::fill(std::string_view value, std::span<std::string_view> to, bool through_arrays) const {
  for (const std::size_t index : ends_) to[index] = value;
  if (children_.empty()) return;
  std::string_view name, inner;
  for (json::Members members(value); members.next(name, inner);)
    if (const PathTree* below = child(name)) below->fill(inner, to, through_arrays);
  if (!through_arrays) return;
  for (Elements elements(value); elements.next(inner);) fill(inner, to, true);
}

void PathTree::project(std::string_view value, std::string& to) const {
  const Json kind = kind_of(value);
  if (!ends_.empty() || (kind != Json::object && kind != Json::array)) {
    to += value;
    return;
  }
  char separator = kind == Json::object ? '{' : '[';
  const char open = separator;
  std::string_view name, inner;
  const auto separate = [&] {
    to += separator;
    separator = ',';
  };
  if (kind == Json::object) {
    for (json::Members members(value); members.next(name, inner);) {
      const PathTree* below = child(name);
      if (below == nullptr) continue;
      separate();
      to += '"';
      to += name;
      to += "\":";
      below->project(inner, to);
    }
  } else {
    for (Elements elements(value); elements.next(inner);) {
      separate();
      project(inner, to);
    }
  }
  if (separator == open) to += open;
  to += kind == Json::object ? '}' : ']';
}

}  // namespace facio::output
