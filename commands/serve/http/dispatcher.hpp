// From a parsed request to an answer: route, request id, rate limit, authentication, parameters, handler, audit.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/catalogue/catalogue.hpp"
#include "commands/serve/http/authentication.hpp"
#include "commands/serve/http/call.hpp"
#include "commands/serve/http/exchange.hpp"
#include "commands/serve/http/mounted.hpp"
#include "commands/serve/http/origins.hpp"
#include "commands/serve/http/rate_limit.hpp"
#include "commands/serve/http/route.hpp"
#include "commands/serve/http/router.hpp"
#include "commands/serve/platform.hpp"

namespace facio::serve {

/// What is mounted and for whom. An empty management token, like `management` off, leaves /api/v1 unmounted.
struct DispatcherOptions {
  Secret management_token, a2a_token;
  bool management = true;
  bool a2a = false;
  bool behind_proxy = false;  ///< the client's address is the last of X-Forwarded-For
  std::vector<std::string> allowed_origins;
  std::int64_t rate_limit_rpm = 0;
};

class Dispatcher final : public Application {
 public:
  Dispatcher(const Platform& platform, const Catalogue& catalogue, std::span<const Route> routes, DispatcherOptions options);

  /// Gives every request at `root` ("/a2a/v1") and below it to `handler`, behind the authentication of `surface`, where that is mounted.
  /// Before the first request.
  void mount(std::string_view root, Surface surface, MountedSurface& handler);

  std::unique_ptr<Exchange> begin(const RequestHead& head, std::string_view peer) override;
  Answer refuse(Error error, unsigned status) override;

 private:
  friend class Request;

  [[nodiscard]] bool mounted(Surface surface) const;
  /// The surface whose authentication guards a path without a route; Surface::local when none does.
  [[nodiscard]] Surface guard_of(std::string_view path) const;
  /// Who answers below this path without the catalogue; null for nobody.
  [[nodiscard]] MountedSurface* mounted_at(std::string_view path) const;
  [[nodiscard]] const Route* route_of(const Endpoint& endpoint) const;
  std::string make_request_id();

  const Platform& platform_;
  const DispatcherOptions options_;
  const Authentication authentication_;
  const Origins origins_;
  RateLimit rate_limit_;
  Router router_;
  std::unordered_map<const Endpoint*, Route> routes_;
  struct Mount {
    std::string_view root;
    MountedSurface* handler;
  };
  std::vector<Mount> mounts_;
  const std::string id_prefix_;
};

}  // namespace facio::serve
