// Posts a JSON document to an address that somebody has configured.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/serve/cancel.hpp"

namespace facio::serve {

class Outbound;

struct Webhook {
  std::string url;
  std::vector<std::pair<std::string, Secret>> headers;
  Secret secret;  ///< signs the body; empty: it is not signed
};

/// "sha256=" and the HMAC-SHA256 of the body in hexadecimal: what the header X-Facio-Signature-256 holds.
std::string signature_of(const Secret& secret, std::string_view body);

/// Sends the body, with X-Facio-Delivery, which is the same for every attempt. Tries three times where that can help: the host cannot be
/// reached, or answers 408, 429 or 5xx. Blocks. The failure names the host alone, since an address may hold a secret.
Status post(const Outbound& outbound, const Webhook& hook, const std::string& delivery, const std::string& body, const Cancel& cancel);

}  // namespace facio::serve
