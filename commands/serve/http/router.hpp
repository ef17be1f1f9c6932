// Finds what answers a request: a trie of path segments, built from the endpoints of all surfaces.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue/endpoint.hpp"
#include "commands/serve/http/target.hpp"

namespace facio::serve {

struct Route;
struct Surface;

struct Mounted {
  const Endpoint* endpoint = nullptr;
  const Surface* surface = nullptr;
  const Route* route = nullptr;  ///< null: it has no server half
};

struct Match {
  const Mounted* mounted = nullptr;          ///< null: no such path, or not with this method
  std::vector<std::string_view> parameters;  ///< values of the path's parameters, in order
  unsigned allowed = 0;                      ///< bits of the methods (1 << Method) that the path supports
};

class Router {
 public:
  /// No two endpoints may share path and method. `mounted` must outlive the router.
  void add(const Mounted& mounted) { add(mounted, mounted.endpoint->path); }
  /// The same under another path.
  void add(const Mounted& mounted, std::string_view path);
  /// Fixed words win over parameters, whatever the method. An empty segment is never a parameter.
  [[nodiscard]] Match find(Method method, const Segments& segments) const;

 private:
  struct Node {
    std::map<std::string_view, std::unique_ptr<Node>, std::less<>> words;
    std::unique_ptr<Node> parameter;
    std::array<const Mounted*, 6> by_method{};
  };
  static bool descend(const Node& node, Method method, const Segments& segments, std::size_t at, Match& match);

  Node root_;
};

/// The method with this name; HEAD is GET; Method::none for unknown ones.
Method method_of(std::string_view name);

/// "GET, HEAD, PATCH": the value of Allow.
std::string allow_list(unsigned allowed, bool with_options);

}  // namespace facio::serve
