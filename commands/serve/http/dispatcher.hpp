// From a parsed request to an answer: route, request id, host and origin, rate limit, authentication, parameters, handler, audit.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "commands/serve/http/exchange.hpp"
#include "commands/serve/http/origins.hpp"
#include "commands/serve/http/rate_limit.hpp"
#include "commands/serve/http/router.hpp"
#include "commands/serve/http/surface.hpp"
#include "commands/serve/http/web_guard.hpp"

namespace facio::serve {

/// Answers the requests of one listener.
class Dispatcher final : public Application {
 public:
  struct Options {
    bool behind_proxy = false;  ///< the client's address is the last of X-Forwarded-For
    std::vector<std::string> allowed_origins;
    std::int64_t rate_limit_rpm = 0;
    WebGuard::Names names = {};
  };
  /// The surfaces of this listener; those that are not mounted are ignored. No two of them may share a path.
  Dispatcher(const Platform& platform, std::vector<Surface> surfaces, Options options);

  [[nodiscard]] std::span<const std::string_view> kept_headers() const override { return kept_headers_; }
  std::unique_ptr<Exchange> begin(const RequestHead& head, std::string_view peer) override;
  Answer refuse(Error error, unsigned status) override;

 private:
  friend class Request;

  void mount(const Surface& surface);
  /// The surface that a path belongs to, with or without a route; nowhere_ if there is none.
  [[nodiscard]] const Surface& surface_at(const Segments& path) const;
  std::string make_request_id();

  const Platform& platform_;
  const Options options_;
  const Origins origins_;
  const WebGuard guard_;
  RateLimit rate_limit_;
  std::vector<Surface> surfaces_;
  Surface nowhere_{.name = "nowhere"};
  std::deque<Mounted> mounted_;
  Router router_;
  std::vector<std::string_view> kept_headers_;
  const std::string id_prefix_;
};

}  // namespace facio::serve
