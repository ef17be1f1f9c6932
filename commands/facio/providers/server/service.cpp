#include "commands/facio/providers/server/service.hpp"

#include <algorithm>

#include "cli/core/secret.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/credentials/rules.hpp"
#include "commands/facio/credentials/server/masked_config.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/mcp/rules.hpp"
#include "commands/facio/providers/rules.hpp"
#include "commands/facio/settings/server/overlay.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio {

/// What the store keeps of a provider.
struct StoredProvider {
  std::optional<std::string> key;  ///< sealed: an API key, text with placeholders, or the token of a login
  std::optional<std::string> api_base;
  std::optional<std::string> account;
  std::optional<std::vector<std::string>> uses;  ///< keys of the secrets in `key`
  std::optional<std::string> headers;            ///< sealed: JSON object of names and values
  std::optional<std::vector<std::string>> header_names;
  std::optional<RawJson> body;                                     ///< with masks
  std::optional<std::map<std::string, std::string>> body_secrets;  ///< sealed, by the place of their mask
  std::optional<TimeLimits> limits;

  static constexpr ShapeHead shape{"StoredProvider", "What is kept of a provider"};
  static constexpr auto fields() {
    return Fields{field("key", &StoredProvider::key, "sealed"),
                  field("apiBase", &StoredProvider::api_base, "address"),
                  field("account", &StoredProvider::account, "of the login"),
                  field("uses", &StoredProvider::uses, "secrets in the key"),
                  field("headers", &StoredProvider::headers, "sealed"),
                  field("headerNames", &StoredProvider::header_names, "names of them"),
                  field("body", &StoredProvider::body, "laid over requests, masked"),
                  field("bodySecrets", &StoredProvider::body_secrets, "what stands behind the masks, sealed"),
                  field("limits", &StoredProvider::limits, "of its answers")};
  }
  /// Not set up: it has neither key nor address.
  [[nodiscard]] bool empty() const { return !key && !api_base; }
  [[nodiscard]] SealedConfig body_config() const {
    return {body.value_or(RawJson{"{}"}), body_secrets.value_or(std::map<std::string, std::string>{})};
  }
  [[nodiscard]] bool nothing() const { return empty() && !headers && !body && !limits; }
};

/// The changes that a request asks for.
struct ProviderChange {
  std::optional<Secret> key;
  std::optional<std::string> api_base;
  bool touches_base = false;
  std::optional<std::map<std::string, std::string>> headers;
  std::optional<std::string> body;
  std::optional<std::string> limits;  ///< JSON: what to change of them, or null
  [[nodiscard]] bool touches_extras() const { return headers || body || limits; }
};

namespace {

constexpr std::size_t kLongestKey = std::size_t{64} * 1024;
constexpr std::string_view kHeaders = "/headers";  // place of the sealed headers, beside the key
constexpr const char* kBody = "/body";             // and of the secrets in the body
constexpr const char* kNeeded = "give a key (value), an address (apiBase), or both";

Result<const providers::Known*> known(std::string_view name) {
  if (const providers::Known* found = providers::find(name)) return found;
  const std::string_view near = providers::nearest_name(name);
  return fail(Code::not_found,
              "there is no provider '" + std::string(name) + "'" +
                  (near.empty() ? "; `facioctl providers list` shows them all" : "; did you mean " + std::string(near) + "?"));
}

Result<const providers::Known*> known_oauth(std::string_view name) {
  auto found = known(name);
  if (found && !(*found)->oauth) return reject_field("name", std::string(name) + " is set up with a key, not with a login");
  return found;
}

/// An address, without surrounding blanks and trailing slashes.
Result<std::string> base_from(std::string text) {
  const auto first = text.find_first_not_of(" \t");
  text = first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
  while (text.ends_with('/')) text.pop_back();
  if (auto parsed = serve::parse_outbound_url(text); !parsed) return reject_field("apiBase", parsed.error().message());
  if (text.find('?') != std::string::npos) return reject_field("apiBase", "must not have a query (?)");
  return text;
}

/// Reads the headers and body members that every request is to carry.
Status read_extras(JsonRef body, ProviderChange& change) {
  if (const JsonRef headers = body.get("extraHeaders")) {
    change.headers.emplace();
    for (std::size_t i = 0; i < headers.size(); ++i) {
      const std::string name(headers.name_at(i)), &value = headers.at(i).string();
      if (!mcp::is_header_name(name))
        return reject_field("extraHeaders", "\"" + name + "\" is not a header name; use letters, digits and -");
      if (mcp::has_control(value)) return reject_field("extraHeaders", name + " must not contain control characters");
      change.headers->emplace(name, value);
    }
  }
  if (const JsonRef extra = body.get("extraBody")) {
    if (extra.kind() != JsonKind::object) return reject_field("extraBody", "must be a JSON object, such as {\"top_p\": 0.9}");
    change.body = extra.dump();
  }
  if (const JsonRef limits = body.get("limits")) change.limits = limits.dump();
  return {};
}

Result<ProviderChange> change_from(const providers::Known& provider, JsonRef body) {
  if (provider.oauth)
    return reject_field("name", std::string(provider.name) +
                                    " is connected with a login, not with a key; start one with `facioctl providers login " +
                                    std::string(provider.name) + "`");
  ProviderChange change;
  const JsonRef value = body.get("value");
  const bool keep_key = value && value.string() == kMask;  // the mask that a list shows stands for the stored key
  if (value && !keep_key) {
    const std::string& key = value.string();
    if (key.find_first_not_of(" \t\r\n") == std::string::npos) return reject_field("value", "must not be blank; DELETE deletes the key");
    if (key.size() > kLongestKey) return reject_field("value", "must have at most 65536 bytes");
    if (std::ranges::any_of(key, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
      return reject_field("value", "must not contain line breaks and other control characters");
    change.key = Secret(key);
  }
  JsonRef base = body.get("apiBase");
  if (!base) base = body.get("baseUrl");
  change.touches_base = static_cast<bool>(base);
  if (auto status = read_extras(body, change); !status) return fail(std::move(status.error()));
  if (!change.key && !change.touches_base && !keep_key && !change.touches_extras()) return reject_field("value", kNeeded);
  if (!base.is_null()) {
    auto text = base_from(base.string());
    if (!text) return fail(std::move(text.error()));
    change.api_base = std::move(*text);
  }
  return change;
}

Provider shown(const providers::Known& known, const StoredProvider& stored) {
  Provider provider;
  provider.name = known.name;
  provider.label = known.label;
  provider.envKey = known.env_key;
  provider.isOauth = known.oauth;
  provider.isLocal = known.local;
  provider.isDirect = known.direct;
  provider.supportsApiBase = known.takes_base;
  provider.requiresApiBase = known.needs_base;
  provider.requiresApiKey = known.needs_key;
  provider.apiBase = stored.api_base.value_or("");
  provider.defaultApiBase = known.default_base;
  provider.hasValue = stored.key.has_value();
  provider.masked = provider.hasValue ? std::string(kMask) : std::string();
  provider.account = stored.account;
  provider.uses = stored.uses;
  if (stored.header_names) {
    provider.extraHeaders.emplace();
    for (const std::string& name : *stored.header_names) provider.extraHeaders->emplace(name, kMask);
  }
  provider.extraBody = stored.body;
  provider.limits = stored.limits;
  if (stored.body && !stored.body_secrets)  // what an earlier version of the server stored in clear
    if (auto masked = serve::extract_secrets(stored.body->text, {}, {})) provider.extraBody->text = std::move(masked->shown);
  return provider;
}

/// Changes the limits that are named; null unsets one, or all.
Status change_limits(const std::string& json, std::optional<TimeLimits>& limits) {
  auto given = JsonDocument::parse(json);
  if (!given) return fail(std::move(given.error()));
  TimeLimits now = given->root().is_null() ? TimeLimits{} : limits.value_or(TimeLimits{});
  if (auto status = settings::overlay(now, given->root(), "limits"); !status) return status;
  limits = now.empty() ? std::nullopt : std::optional(now);
  return {};
}

/// Holds names only: the provider, and which of its parts changed.
AuditEvent event_of(std::string_view name, std::string_view done, const std::vector<std::string>& changes) {
  return change_event("credential_change", std::string(done) + " provider " + std::string(name),
                      event_details("provider", name, "changes", changes));
}

}  // namespace

ProvidersService::ProvidersService(const serve::ServiceContext& context, const serve::Outbound& outbound,
                                   const CredentialsService& credentials)
    : base_(context),
      credentials_(credentials),
      stored_(context, "provider", [](std::string_view) { return std::string("what is stored for a provider"); }),
      logins_(outbound, context.pool, [this](const auto& connected) { return store_token(connected); }) {}

Result<StoredProvider> ProvidersService::stored(std::string_view agent, std::string_view name) const {
  return stored_.find(agent, name).map([](const std::optional<StoredProvider>& found) { return found.value_or(StoredProvider{}); });
}

Status ProvidersService::save(store::Transaction& tx, std::string_view agent, std::string_view name, const StoredProvider& stored,
                              AuditEvent event) const {
  Status status = stored.nothing() ? stored_.erase(tx, agent, name).map([](bool) {}) : stored_.save(tx, agent, name, stored);
  return status.and_then([&] { return tx.append_audit(agent, std::move(event)); });
}

Status ProvidersService::apply_extras(store::Transaction& tx, std::string_view agent, std::string_view name, StoredProvider& stored,
                                      ProviderChange& change) const {
  if (change.headers) {
    auto before = headers_of(agent, name, stored);
    if (!before) return fail(std::move(before.error()));
    stored.headers.reset();
    stored.header_names.reset();
    for (auto& [header, value] : *change.headers) {
      if (value == kMask && before->contains(header)) value = before->at(header);
      if (!stored.header_names) stored.header_names.emplace();
      stored.header_names->push_back(header);
    }
    if (stored.header_names) {
      auto sealed = stored_.seal(tx, agent, name, to_json(*change.headers), kHeaders);
      if (!sealed) return fail(std::move(sealed.error()));
      stored.headers = std::move(*sealed);
    }
  }
  if (change.limits)
    if (auto status = change_limits(*change.limits, stored.limits); !status) return status;
  if (!change.body) return {};
  const SealedConfig before = stored.body_config();
  auto given = serve::extract_secrets(*change.body, before, {});
  if (!given) return reject_field("extraBody", given.error().message());
  auto sealed = serve::seal_all(stored_, tx, agent, name, *given, before.sealed, kBody);
  if (!sealed) return fail(std::move(sealed.error()));
  stored.body = *change.body == "{}" ? std::nullopt : std::optional(RawJson{std::move(given->shown)});
  stored.body_secrets = sealed->empty() ? std::nullopt : std::optional(std::move(*sealed));
  return {};
}

/// The extra headers, with their placeholders unresolved.
Result<std::map<std::string, std::string>> ProvidersService::headers_of(std::string_view agent, std::string_view name,
                                                                        const StoredProvider& stored) const {
  std::map<std::string, std::string> headers;
  if (!stored.headers) return headers;
  const auto text = stored_.unseal(agent, name, *stored.headers, kHeaders);
  const auto document = text.and_then([](const Secret& json) { return JsonDocument::parse(json.reveal()); });
  if (!document) return fail(document.error());
  return read_json(document->root(), headers, "headers").map([&] { return std::move(headers); });
}

Result<Provider> ProvidersService::apply(store::Transaction& tx, std::string_view agent, const providers::Known& provider,
                                         StoredProvider stored, ProviderChange change) const {
  std::vector<std::string> changes;
  if (change.key) {
    auto sealed = stored_.seal(tx, agent, provider.name, change.key->reveal());
    if (!sealed) return fail(std::move(sealed.error()));
    stored.key = std::move(*sealed);
    stored.uses = credentials::keys_in(change.key->reveal());
    changes.emplace_back("key");
  }
  if (change.touches_base && stored.api_base != change.api_base) {
    stored.api_base = std::move(change.api_base);
    changes.emplace_back("apiBase");
  }
  if (auto status = apply_extras(tx, agent, provider.name, stored, change); !status) return fail(std::move(status.error()));
  if (change.headers) changes.emplace_back("extraHeaders");
  if (change.body) changes.emplace_back("extraBody");
  if (change.limits) changes.emplace_back("limits");
  if (!changes.empty())
    if (auto status = save(tx, agent, provider.name, stored, event_of(provider.name, "set", changes)); !status)
      return fail(std::move(status.error()));
  return shown(provider, stored);
}

/// Stores the token of a login, unless that was cancelled in the meantime.
Status ProvidersService::store_token(const serve::DeviceLogins::Connected& connected) const {
  return base_.store.run([&](store::Transaction& tx) -> Status {
    if (!connected.still_pending()) return fail(Code::conflict, "the login was cancelled");
    auto sealed = stored_.seal(tx, connected.agent, connected.provider, connected.token.reveal());
    if (!sealed) return fail(std::move(sealed.error()));
    return save(tx, connected.agent, connected.provider, {.key = std::move(*sealed), .account = connected.account, .uses = {}},
                event_of(connected.provider, "connected", {"token"}));
  });
}

Result<ProviderList> ProvidersService::list(std::string_view agent) {
  return stored_.list(agent).map([](const auto& stored) {
    ProviderList all;
    for (const providers::Known& one : providers::kKnown) {
      const auto found = stored.find(one.name);
      all.items.push_back(shown(one, found == stored.end() ? StoredProvider{} : found->second));
    }
    return all;
  });
}

Result<Provider> ProvidersService::create(store::Transaction& tx, std::string_view agent, JsonRef body) {
  return write(tx, agent, body.get("name").string(), body, true);
}

Result<Provider> ProvidersService::set(store::Transaction& tx, std::string_view agent, std::string_view name, JsonRef body) {
  return write(tx, agent, name, body, false);
}

Status ProvidersService::set_keys(store::Transaction& tx, std::string_view agent, JsonRef keys) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string_view name = keys.name_at(i);
    const std::string field = "api_keys." + std::string(name);
    const auto* const found = std::ranges::find_if(
        providers::kKnown, [&](const providers::Known& one) { return one.name == name || (!one.env_key.empty() && one.env_key == name); });
    if (found == std::end(providers::kKnown)) return reject_field(field, "is neither a provider nor a provider's environment variable");
    const JsonRef key = keys.at(i);
    if (!key.is_null() && !key.is(JsonKind::string)) return reject_field(field, "must be text or null");
    JsonDocument body = JsonDocument::object();
    body.set("value", key);
    const bool gone = key.is_null() || key.text().empty();
    if (auto done = gone ? clear(tx, agent, found->name) : set(tx, agent, found->name, body.root()); !done)
      return fail(Error(done.error()).with_field(field));
  }
  return {};
}

Result<Provider> ProvidersService::write(store::Transaction& tx, std::string_view agent, std::string_view name, JsonRef body, bool create) {
  const auto provider = known(name);
  if (!provider) return fail(provider.error());
  auto change = change_from(**provider, body);
  if (!change) return fail(std::move(change.error()));
  if (create && !change->key && !change->api_base) return reject_field("value", kNeeded);
  auto stored = stored_.find(tx, agent, name);
  if (!stored) return fail(std::move(stored.error()));
  if (create && *stored && !(*stored)->empty())
    return fail(Code::conflict,
                std::string(name) + " is already set up; change it with `facioctl providers set " + std::string(name) + "`");
  return apply(tx, agent, **provider, std::move(*stored).value_or(StoredProvider{}), std::move(*change));
}

Result<Provider> ProvidersService::clear(store::Transaction& tx, std::string_view agent, std::string_view name) {
  const auto provider = known(name);
  if (!provider) return fail(provider.error());
  logins_.cancel(agent, name, "cancelled: the provider was deleted");
  return stored_.erase(tx, agent, name)
      .and_then([&](bool erased) {
        return erased ? tx.append_audit(agent, event_of(name, "cleared", {"key", "apiBase"})) : Status{};
      })
      .map([&] { return shown(**provider, {}); });
}

Result<ProviderLogin> ProvidersService::start_login(std::string_view agent, std::string_view name) {
  const auto provider = known_oauth(name);
  if (!provider) return fail(provider.error());
  if (!(*provider)->device_login)
    return reject_field("name",
                        std::string(name) + " cannot be connected over the API, because its login must end on the machine where it began");
  return logins_.start(agent, name, github_);
}

Result<ProviderLoginState> ProvidersService::login_state(std::string_view agent, std::string_view name, std::string_view session) {
  return known_oauth(name).and_then([&](const providers::Known*) { return logins_.state(agent, name, session); });
}

Result<Secret> ProvidersService::key(std::string_view agent, std::string_view name) {
  const auto found = stored(agent, name);
  if (!found) return fail(found.error());
  if (!found->key) return fail(Code::not_found, "no key is stored for the provider " + std::string(name));
  auto key = stored_.unseal(agent, name, *found->key);
  if (key && credentials::next_placeholder(key->reveal())) return credentials_.resolve(agent, key->reveal());
  if (key) credentials_.also_mask(agent, "provider " + std::string(name), *key);
  return key;
}

Result<std::string> ProvidersService::api_base(std::string_view agent, std::string_view name) {
  const auto provider = known(name);
  if (!provider) return fail(provider.error());
  return stored(agent, name).map([&](const StoredProvider& found) {
    return found.api_base.value_or(std::string((*provider)->default_base));
  });
}

Result<ProviderExtras> ProvidersService::extras(std::string_view agent, std::string_view name) {
  const auto found = stored(agent, name);
  if (!found) return fail(found.error());
  const auto headers = headers_of(agent, name, *found);
  if (!headers) return fail(headers.error());
  ProviderExtras extras{.headers = {}, .body = {}, .limits = found->limits.value_or(TimeLimits{})};
  for (const auto& [header, text] : *headers) {
    auto value = credentials_.resolve(agent, text);
    if (!value) return fail(std::move(value.error()));
    extras.headers.emplace_back(header, std::move(*value));
  }
  if (found->body) {
    auto body = serve::unsealed(stored_, agent, name, found->body_config(), kBody);
    if (!body) return fail(std::move(body.error()));
    extras.body = std::string(body->reveal());
  }
  return extras;
}

}  // namespace facio
