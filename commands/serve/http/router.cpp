#include "commands/serve/http/router.hpp"

namespace facio::serve {
namespace {

constexpr unsigned bit(Method method) { return 1U << static_cast<unsigned>(method); }

}  // namespace

void Router::add(const Mounted& mounted, std::string_view path) {
  Node* node = &root_;
  path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    const std::string_view word = path.substr(0, slash);
    std::unique_ptr<Node>& next = word.starts_with('{') ? node->parameter : node->words[word];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  node->by_method[static_cast<std::size_t>(mounted.endpoint->method)] = &mounted;
}

bool Router::descend(const Node& node, Method method, const Segments& segments, std::size_t at, Match& match) {
  if (at == segments.count) {
    for (std::size_t i = 1; i < node.by_method.size(); ++i)
      if (node.by_method[i] != nullptr) match.allowed |= bit(static_cast<Method>(i));
    match.mounted = node.by_method[static_cast<std::size_t>(method)];
    return match.mounted != nullptr;
  }
  const std::string& segment = segments.values[at];
  if (const auto word = node.words.find(std::string_view(segment));
      word != node.words.end() && (descend(*word->second, method, segments, at + 1, match) || match.allowed != 0))
    return match.mounted != nullptr;  // the path is that of the fixed word, also for a method that it does not have
  if (!node.parameter || segment.empty()) return false;
  match.parameters.push_back(segment);
  if (descend(*node.parameter, method, segments, at + 1, match)) return true;
  match.parameters.pop_back();
  return false;
}

Match Router::find(Method method, const Segments& segments) const {
  Match match;
  if (segments.count != 0) descend(root_, method, segments, 0, match);
  return match;
}

Method method_of(std::string_view name) {
  if (name == "HEAD") return Method::get;
  for (const Method method : {Method::get, Method::post, Method::put, Method::patch, Method::del})
    if (name == method_name(method)) return method;
  return Method::none;
}

std::string allow_list(unsigned allowed, bool with_options) {
  std::string list;
  const auto add = [&](std::string_view name) {
    if (!list.empty()) list += ", ";
    list += name;
  };
  for (const Method method : {Method::get, Method::post, Method::put, Method::patch, Method::del}) {
    if ((allowed & bit(method)) == 0) continue;
    add(method_name(method));
    if (method == Method::get) add("HEAD");
  }
  if (with_options) add("OPTIONS");
  return list;
}

}  // namespace facio::serve
