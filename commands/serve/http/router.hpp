// Finds the endpoint of a request: a trie of path segments, built from the catalogue.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/endpoint.hpp"
#include "commands/serve/http/target.hpp"

namespace facio::serve {

/// What a path and a method lead to.
struct Match {
  const Endpoint* endpoint = nullptr;        ///< null: no such path, or not with this method
  std::vector<std::string_view> parameters;  ///< values of the path's parameters, in its order
  unsigned allowed = 0;                      ///< bit per Method that the path knows
};

class Router {
 public:
  /// Mounts an endpoint; its path must differ from those before, or its method.
  void add(const Endpoint& endpoint);
  /// Fixed words win over parameters, method by method. An empty segment is never a parameter.
  [[nodiscard]] Match find(Method method, const Segments& segments) const;
  /// Every mounted endpoint, in the order in which it was added.
  [[nodiscard]] std::span<const Endpoint* const> endpoints() const { return endpoints_; }

 private:
  struct Node {
    std::map<std::string_view, std::unique_ptr<Node>, std::less<>> words;
    std::unique_ptr<Node> parameter;
    std::array<const Endpoint*, 6> by_method{};
  };
  static bool descend(const Node& node, Method method, const Segments& segments, std::size_t at, Match& match);

  Node root_;
  std::vector<const Endpoint*> endpoints_;
};

/// The method a request names; HEAD is GET; Method::none for the others.
Method method_of(std::string_view name);

/// "GET, HEAD, PATCH": the value of Allow.
std::string allow_list(unsigned allowed, bool with_options);

}  // namespace facio::serve
