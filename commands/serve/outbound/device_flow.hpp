// The client side of the OAuth 2.0 device authorization grant (RFC 8628).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/serve/outbound/outbound.hpp"

namespace facio::serve {

/// An authorization server, and this program's client id there.
struct DeviceFlow {
  std::string device_url = "https://github.com/login/device/code";
  std::string token_url = "https://github.com/login/oauth/access_token";
  std::string user_url = "https://api.github.com/user";  ///< tells whose token it is, as {"login": NAME}
  std::string client_id = "Iv1.b507a08c87ecfe98";
  std::string scope = "read:user";
  std::vector<std::pair<std::string, Secret>> fields = {};  ///< further ones of both requests
};

/// A pending authorization. Times in seconds.
struct DeviceCode {
  Secret device_code;
  std::string user_code, verification_uri;
  std::optional<std::string> verification_uri_complete;
  std::int64_t expires_in = 0;
  std::int64_t interval = 5;
};

/// An answer of the token endpoint.
struct TokenAnswer {
  enum class Kind : std::uint8_t { token, pending, slow_down, failed, trouble };
  Kind kind = Kind::trouble;
  Secret token = {};
  Secret answer = {};         ///< token: all of it, JSON
  std::string error = {};     ///< failed: the error's name, with its description; "expired" for an expired code
  std::int64_t interval = 0;  ///< slow_down: the interval that it asks for, 0 when it names none
};

/// Asks for a device code. Code::upstream_failed or Code::upstream_timeout.
Result<DeviceCode> request_device_code(const Outbound& outbound, const DeviceFlow& flow);
/// Asks for the token once.
TokenAnswer request_token(const Outbound& outbound, const DeviceFlow& flow, const Secret& device_code);
/// The account that a token belongs to; nothing when the server does not tell.
std::optional<std::string> request_account(const Outbound& outbound, const DeviceFlow& flow, const Secret& token);

}  // namespace facio::serve
