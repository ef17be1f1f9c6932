// A login that has been started.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "commands/facio/mcp/server/oauth/logins.hpp"

namespace facio::serve {

/// Fields below `state` are set before it is shared; the others are guarded by the mutex of McpLogins.
struct McpLogins::Pending {
  McpLoginState state{.status = "pending", .error = {}, .scope = {}};
  bool busy = false;  ///< a code is being redeemed
  std::chrono::steady_clock::time_point expires, forgotten;

  std::string id, state_text, verifier, redirect_uri;
  Key key;
  McpStoredLogin login;
  OAuthClient client;
  bool tells_issuer = false;  ///< answers name the authorization server
  bool device = false;        ///< DeviceLogins knows how far it is

  void end(std::string status, std::optional<std::string> error) {
    state.status = std::move(status);
    state.error = std::move(error);
    forgotten = std::chrono::steady_clock::now() + std::chrono::seconds(600);
  }
};

}  // namespace facio::serve
