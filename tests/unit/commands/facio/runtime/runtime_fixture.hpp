// The whole embedded runtime, in memory, on a free port.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "cli/core/json.hpp"
#include "commands/serve/composition.hpp"
#include "tests/unit/commands/serve/http/raw_client.hpp"

namespace facio::tests {

class RunningServer {
 public:
  static constexpr const char* kToken = "management-token-of-the-tests";
  static constexpr const char* kOtherToken = "a2a-token-of-the-tests";

  /// `surface`: one that gets a listener of its own.
  explicit RunningServer(serve::ServeOptions options = {}, const std::string& surface = {}) {
    options.memory = true;
    options.listen.port = "0";
    serve::Credentials credentials;
    credentials.management = Secret(kToken);
    credentials.in_force.set(credentials.management);
    credentials.a2a = Secret(kOtherToken);
    std::vector<serve::Listening> listeners = {listen(options)};
    url = listeners.front().url;
    if (!surface.empty()) {
      listeners.push_back(listen(options));
      listeners.back().name = surface;
      surface_url = listeners.back().url;
    }
    auto started = serve::Composition::start(options, credentials, listeners);
    REQUIRE(started);
    parts_ = std::move(*started);
  }
  ~RunningServer() {
    parts_->abort();
    parts_->finish(0);
  }

  RawReply ask(const std::string& method, const std::string& target, const std::string& body = {},
               const std::string& headers = bearer(kToken)) const {
    return RawClient(url).ask(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers +
                              (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" + body);
  }
  static std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

  std::string url, surface_url;

 private:
  static serve::Listening listen(const serve::ServeOptions& options) {
    auto listening = serve::listen_on(options.listen, 2);
    REQUIRE(listening);
    return std::move(*listening);
  }

  std::unique_ptr<serve::Composition> parts_;
};

/// A member of a JSON text, as text without quotes; "" when it is absent.
inline std::string member(const std::string& json, std::string_view path) {
  auto document = JsonDocument::parse(json);
  REQUIRE(document);
  const JsonRef found = document->root().find(path);
  if (!found) return {};
  return found.kind() == JsonKind::string ? found.string() : found.dump();
}

}  // namespace facio::tests
