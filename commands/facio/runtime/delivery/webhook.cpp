#include "commands/facio/runtime/delivery/webhook.hpp"

#include <array>
#include <sodium.h>

#include "commands/serve/outbound/outbound.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio::serve {
namespace {

constexpr int kAttempts = 3;
constexpr int kFirstPauseMs = 500;
constexpr int kLongestMs = 10'000;

bool may_pass(unsigned status) { return status == 408 || status == 429 || status >= 500; }

}  // namespace

std::string signature_of(const Secret& secret, std::string_view body) {
  const std::string_view key = secret.reveal();
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> hash{};
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()), key.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(body.data()), body.size());
  crypto_auth_hmacsha256_final(&state, hash.data());
  sodium_memzero(&state, sizeof state);
  std::string text = "sha256=";
  for (const unsigned char byte : hash) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

Status post(const Outbound& outbound, const Webhook& hook, const std::string& delivery, const std::string& body, const Cancel& cancel) {
  const auto url = parse_outbound_url(hook.url);
  if (!url) return fail(Code::rejected, "url: " + url.error().message());
  OutboundRequest request{.method = "POST",
                          .url = hook.url,
                          .body = body,
                          .content_type = "application/json",
                          .accept = "*/*",
                          .timeout_ms = kLongestMs,
                          .headers = hook.headers,
                          .cancel = cancel.fd()};
  request.headers.emplace_back("X-Facio-Delivery", Secret(delivery));
  if (!hook.secret.empty()) request.headers.emplace_back("X-Facio-Signature-256", Secret(signature_of(hook.secret, body)));
  std::string why;
  for (int attempt = 1, pause = kFirstPauseMs;; ++attempt, pause *= 4) {
    const auto reply = outbound.send(request);
    if (reply && reply->status >= 200 && reply->status < 300) return {};
    why = reply ? url->origin() + " answered with status " + std::to_string(reply->status) : reply.error().message();
    if (reply && !may_pass(reply->status)) return fail(Code::upstream_failed, why);
    if (cancel.cancelled()) return fail(Code::unavailable, why);
    if (attempt == kAttempts) return fail(Code::upstream_failed, why + ", " + std::to_string(kAttempts) + " times");
    if (!outbound.pause(pause, cancel.fd())) return fail(Code::unavailable, why);
  }
}

}  // namespace facio::serve
