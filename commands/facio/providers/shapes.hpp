// JSON types of the providers area (contract section 6).
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

inline constexpr double kLeastLimitMs = 100, kLongestLimitMs = 7.0 * 24 * 3600 * 1000;

/// How long the answer of a model may take. What is unset here is taken from the next wider place: from a job to its provider, from there
/// to the settings.
struct TimeLimits {
  std::optional<std::int64_t> first_byte_ms, piece_ms, answer_ms;

  static constexpr ShapeHead shape{"TimeLimits", "How long the answer of a model may take"};
  static constexpr auto fields() {
    using L = TimeLimits;
    constexpr auto limit = [](std::string_view flag) {
      return Attr{.format = Format::milliseconds, .nullable = true, .min = kLeastLimitMs, .max = kLongestLimitMs, .flag = flag};
    };
    return Fields{
        field("first_byte_ms", &L::first_byte_ms, "longest wait for the first byte of a model's answer; null: not set here (extension)",
              limit("first-byte")),
        field("piece_ms", &L::piece_ms, "longest pause between two pieces of the answer; null: not set here (extension)",
              limit("between-pieces")),
        field("answer_ms", &L::answer_ms, "longest time for the whole answer; null: not set here (extension)", limit("whole-answer")),
    };
  }
  [[nodiscard]] bool empty() const { return !first_byte_ms && !piece_ms && !answer_ms; }
  /// These limits, and those of a wider place where they are unset.
  [[nodiscard]] TimeLimits within(const TimeLimits& wider) const {
    const auto either = [](const auto& mine, const auto& other) { return mine ? mine : other; };
    return {either(first_byte_ms, wider.first_byte_ms), either(piece_ms, wider.piece_ms), either(answer_ms, wider.answer_ms)};
  }
};

/// A provider of models and what is stored for it.
struct Provider {
  std::string name, label, envKey;
  bool isOauth = false, isLocal = false, isDirect = false;
  bool supportsApiBase = false, requiresApiBase = false, requiresApiKey = false;
  std::string apiBase, defaultApiBase;
  bool hasValue = false;
  std::string masked;
  std::optional<std::string> account;
  std::optional<std::vector<std::string>> uses;
  std::optional<std::map<std::string, std::string>> extraHeaders;
  std::optional<RawJson> extraBody;
  std::optional<TimeLimits> limits;

  static constexpr ShapeHead shape{"Provider", "A model provider, and what is stored for it", Members::open};
  static constexpr auto fields() {
    using P = Provider;
    constexpr Attr newer = {.optional = true};
    return Fields{
        field("name", &P::name, "name of the provider"),
        field("label", &P::label, "display name"),
        field("envKey", &P::envKey, "environment variable for its key; empty if there is none"),
        field("isOauth", &P::isOauth, "connected by a login instead of a key"),
        field("isLocal", &P::isLocal, "runs locally"),
        field("isDirect", &P::isDirect, "an endpoint that you define yourself", newer),
        field("supportsApiBase", &P::supportsApiBase, "its address can be changed", newer),
        field("requiresApiBase", &P::requiresApiBase, "its address must be given", newer),
        field("requiresApiKey", &P::requiresApiKey, "needs a key", newer),
        field("apiBase", &P::apiBase, "current address; empty for the default", newer),
        field("defaultApiBase", &P::defaultApiBase, "default address; empty if there is none", newer),
        field("hasValue", &P::hasValue, "a key is stored; for OAuth: connected"),
        field("masked", &P::masked, "*** if a key is stored, otherwise empty"),
        field("account", &P::account, "connected account, if the provider reports it"),
        field("uses", &P::uses, "keys of the secrets used in the stored key"),
        field("extraHeaders", &P::extraHeaders, "additional headers of every request; values are masked"),
        field("extraBody", &P::extraBody, "members that override the body of every request"),
        field("limits", &P::limits, "time limits of its answers, if they differ from the settings (extension)"),
    };
  }
};

using ProviderList = ListOf<Provider, "ProviderList", "All known providers, configured or not", "the providers">;

inline constexpr Form kSetForms[] = {{"value", ""}, {"+apiBase", ""}, {"+extraHeaders", ""}, {"+extraBody", ""}, {"+limits", ""}};

inline constexpr Form kNewForms[] = {{"value", ""}, {"apiBase", ""}};

struct ProviderSet {
  std::optional<Secret> value;
  std::optional<std::string> apiBase;
  std::optional<std::map<std::string, std::string>> extraHeaders;
  std::optional<RawJson> extraBody;
  std::optional<TimeLimits> limits;

  static constexpr ShapeHead shape{"ProviderSet", "What to change in a provider; at least one of these", Members::closed, kSetForms,
                                   "value: give a key (value), an address (apiBase), or both"};
  static constexpr auto fields() {
    using P = ProviderSet;
    return Fields{
        field("value", &P::value, "the key",
              {.secret = true, .not_blank = true, .max_length = 65536, .pattern = "line", .example = "the key", .flag = "from"}),
        field("apiBase", &P::apiBase, "address of its API; null clears it",
              {.format = Format::url, .nullable = true, .pattern = "http-base", .alias = "baseUrl", .value_name = "URL"}),
        field("extraHeaders", &P::extraHeaders,
              "further header of every request, in the place of those there are; a value may hold ${credentials.KEY}",
              {.pattern = "text-line", .names = "header", .flag = "header", .value_name = "NAME=VALUE"}),
        field("extraBody", &P::extraBody, "JSON object that overrides the body of every request",
              {.json_types = "object", .value_name = "JSON"}),
        field("limits", &P::limits, "time limits of its answers; null: those of the settings (extension)", {.nullable = true}),
    };
  }
};

struct ProviderCreate : ProviderSet {
  std::string name;

  static constexpr ShapeHead shape{"ProviderCreate", "A provider to set up; at least a key or an address", Members::closed, kNewForms,
                                   "value: give a key (value), an address (apiBase), or both"};
  static constexpr auto fields() {
    return joined(Fields{field("name", &ProviderCreate::name, "name of the provider", {.not_blank = true, .example = "openrouter"})},
                  inherited<ProviderCreate>(ProviderSet::fields()));
  }
};

inline constexpr std::string_view kLoginModes[] = {"device"};
inline constexpr std::string_view kLoginStatuses[] = {"pending", "ok", "error"};

/// A started login: show the code and the address to a person.
struct ProviderLogin {
  std::string sessionId, mode, userCode, verificationUri;
  std::optional<std::string> verificationUriComplete;
  std::int64_t expiresIn = 0, interval = 0;

  static constexpr ShapeHead shape{"ProviderLogin", "A started login: open the address and type the code", Members::open};
  static constexpr auto fields() {
    using L = ProviderLogin;
    return Fields{
        field("sessionId", &L::sessionId, "id of the login, for providers poll"),
        field("mode", &L::mode, "kind of login", {.choices = kLoginModes}),
        field("userCode", &L::userCode, "code to type"),
        field("verificationUri", &L::verificationUri, "address to open"),
        field("verificationUriComplete", &L::verificationUriComplete, "the same address with the code in it"),
        field("expiresIn", &L::expiresIn, "how long the code is valid", {.format = Format::seconds}),
        field("interval", &L::interval, "minimum time between two polls", {.format = Format::seconds}),
    };
  }
};

struct ProviderLoginState {
  std::string status;
  std::optional<std::string> error, account;

  static constexpr ShapeHead shape{"ProviderLoginState", "How far a login has come", Members::open};
  static constexpr auto fields() {
    using S = ProviderLoginState;
    return Fields{
        field("status", &S::status, "progress of the run", {.choices = kLoginStatuses}),
        field("error", &S::error, "why it failed"),
        field("account", &S::account, "connected account"),
    };
  }
};

}  // namespace facio
