#include "commands/facio/providers/server/service.hpp"

#include "cli/core/secret.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/credentials/rules.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/mcp/rules.hpp"
#include "commands/facio/providers/rules.hpp"
#include "commands/facio/providers/server/device_logins.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/outbound/url.hpp"
#include "commands/serve/vault/vault.hpp"

namespace facio {
namespace {

constexpr std::string_view kProviders = "provider";
constexpr std::size_t kLongestKey = std::size_t{64} * 1024;

/// What is kept of a provider.
struct StoredProvider {
  std::optional<std::string> key;  ///< sealed: an API key, text with placeholders, or the token of a login
  std::optional<std::string> api_base;
  std::optional<std::string> account;
  std::optional<std::vector<std::string>> uses;  ///< keys of the secrets in `key`
  std::optional<std::string> headers;            ///< sealed: JSON object of names and values
  std::optional<std::vector<std::string>> header_names;
  std::optional<RawJson> body;

  static constexpr ShapeHead shape{"StoredProvider", "What is kept of a provider"};
  static constexpr auto fields() {
    return Fields{field("key", &StoredProvider::key, "sealed"),
                  field("apiBase", &StoredProvider::api_base, "address"),
                  field("account", &StoredProvider::account, "of the login"),
                  field("uses", &StoredProvider::uses, "secrets in the key"),
                  field("headers", &StoredProvider::headers, "sealed"),
                  field("headerNames", &StoredProvider::header_names, "names of them"),
                  field("body", &StoredProvider::body, "laid over requests")};
  }
  /// Neither key nor address: it is not set up.
  [[nodiscard]] bool empty() const { return !key && !api_base; }
  [[nodiscard]] bool nothing() const { return empty() && !headers && !body; }
};

/// What a body asks for.
struct Change {
  std::optional<Secret> key;
  std::optional<std::string> api_base;
  bool touches_base = false;
  std::optional<std::map<std::string, std::string>> headers;
  std::optional<std::string> body;
  [[nodiscard]] bool touches_extras() const { return headers || body; }
};

Result<const providers::Known*> known(std::string_view name) {
  if (const providers::Known* found = providers::find(name)) return found;
  const std::string_view near = providers::nearest_name(name);
  return fail(Code::not_found,
              "there is no provider '" + std::string(name) + "'" +
                  (near.empty() ? "; `facioctl providers list` shows them all" : "; did you mean " + std::string(near) + "?"));
}

/// An address without blanks around it and without final slashes.
Result<std::string> base_from(std::string text) {
  const auto first = text.find_first_not_of(" \t");
  text = first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
  while (text.ends_with('/')) text.pop_back();
  if (auto parsed = serve::parse_outbound_url(text); !parsed) return reject_field("apiBase", parsed.error().message());
  if (text.find('?') != std::string::npos) return reject_field("apiBase", "must not have a query (?)");
  return text;
}

/// Headers and members of the body that every request is to carry.
Status take_extras(JsonRef body, Change& change) {
  if (const JsonRef headers = body.get("extraHeaders")) {
    change.headers.emplace();
    for (std::size_t i = 0; i < headers.size(); ++i) {
      const std::string name(headers.name_at(i)), &value = headers.at(i).string();
      if (!mcp::is_header_name(name))
        return reject_field("extraHeaders", "\"" + name + "\" is no name of a header; use letters, digits and -");
      if (mcp::has_control(value)) return reject_field("extraHeaders", name + " must not hold control characters");
      change.headers->emplace(name, value);
    }
  }
  if (const JsonRef extra = body.get("extraBody")) {
    if (extra.kind() != JsonKind::object) return reject_field("extraBody", "must be a JSON object, as {\"top_p\": 0.9}");
    change.body = extra.dump();
  }
  return {};
}

Result<Change> change_from(const providers::Known& provider, JsonRef body) {
  if (provider.oauth)
    return reject_field("name", std::string(provider.name) +
                                    " is connected by a login, not by a key; start one with `facioctl providers login " +
                                    std::string(provider.name) + "`");
  Change change;
  const JsonRef value = body.get("value");
  const bool keep_key = value && value.string() == kMask;  // what a list shows means: as it is
  if (value && !keep_key) {
    const std::string& key = value.string();
    if (key.find_first_not_of(" \t\r\n") == std::string::npos) return reject_field("value", "must not be blank; DELETE forgets the key");
    if (key.size() > kLongestKey) return reject_field("value", "must have at most 65536 bytes");
    for (const char c : key)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
        return reject_field("value", "must not contain line breaks and other control characters");
    change.key = Secret(key);
  }
  JsonRef base = body.get("apiBase");
  if (!base) base = body.get("baseUrl");
  change.touches_base = static_cast<bool>(base);
  if (auto status = take_extras(body, change); !status) return fail(std::move(status.error()));
  if (!change.key && !change.touches_base && !keep_key && !change.touches_extras())
    return reject_field("value", "give a key (value), an address (apiBase), or both");
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
  return provider;
}

Result<StoredProvider> stored_from(const Result<std::optional<std::string>>& json) {
  if (!json) return fail(Error(json.error()));
  if (!*json) return StoredProvider{};
  auto stored = from_json<StoredProvider>(**json);
  if (!stored) return fail(Code::internal, "what is stored for a provider cannot be read: " + stored.error().message());
  return stored;
}

/// Names only: which provider, and what of it changed.
AuditEvent event_of(std::string_view name, std::string_view done, const std::vector<std::string>& changes) {
  return change_event("credential_change", std::string(done) + " provider " + std::string(name),
                      event_details("provider", name, "changes", changes));
}

Status save(store::Transaction& tx, std::string_view agent, std::string_view name, const StoredProvider& stored) {
  if (!stored.nothing()) return tx.save_document(agent, kProviders, name, to_json(stored));
  auto erased = tx.erase_document(agent, kProviders, name);
  if (!erased) return fail(std::move(erased.error()));
  return {};
}

}  // namespace

struct ProvidersService::Impl {
  Impl(const serve::ServiceContext& context, const serve::Outbound& outbound, const CredentialsService& secrets)
      : base(context), credentials(secrets), logins(outbound, context.pool, [this](const auto& connected) { return keep(connected); }) {}

  Result<StoredProvider> stored(std::string_view agent, std::string_view name) const {
    return stored_from(base.store.documents().get(agent, kProviders, name));
  }

  Status lay_extras(store::Transaction& tx, std::string_view agent, const providers::Known& provider, StoredProvider& stored,
                    const Change& change, std::vector<std::string>& changes) const {
    if (change.headers) {
      std::map<std::string, std::string> headers = *change.headers;
      auto before = headers_of(agent, provider.name, stored);
      if (!before) return fail(std::move(before.error()));
      for (auto& [name, value] : headers)
        if (value == kMask && before->contains(name)) value = before->at(name);
      stored.headers.reset();
      stored.header_names.reset();
      if (!headers.empty()) {
        auto sealed = base.vault.seal(tx, to_json(headers), serve::sealed_place(agent, kProviders, provider.name) + "/headers");
        if (!sealed) return fail(std::move(sealed.error()));
        stored.headers = std::move(*sealed);
        stored.header_names.emplace();
        for (const auto& [name, value] : headers) stored.header_names->push_back(name);
      }
      changes.emplace_back("extraHeaders");
    }
    if (change.body) {
      stored.body.reset();
      if (*change.body != "{}") stored.body = RawJson{*change.body};
      changes.emplace_back("extraBody");
    }
    return {};
  }
  /// The further headers with their placeholders.
  Result<std::map<std::string, std::string>> headers_of(std::string_view agent, std::string_view name, const StoredProvider& stored) const {
    if (!stored.headers) return std::map<std::string, std::string>{};
    auto text = base.vault.unseal(*stored.headers, serve::sealed_place(agent, kProviders, name) + "/headers");
    if (!text) return fail(std::move(text.error()));
    auto document = JsonDocument::parse(text->reveal());
    if (!document) return fail(std::move(document.error()));
    std::map<std::string, std::string> headers;
    if (auto status = read_json(document->root(), headers, "headers"); !status) return fail(std::move(status.error()));
    return headers;
  }

  Result<Provider> apply(store::Transaction& tx, std::string_view agent, const providers::Known& provider, StoredProvider stored,
                         Change change) const {
    std::vector<std::string> changes;
    if (change.key) {
      auto sealed = base.vault.seal(tx, change.key->reveal(), serve::sealed_place(agent, kProviders, provider.name));
      if (!sealed) return fail(std::move(sealed.error()));
      stored.key = std::move(*sealed);
      stored.uses = credentials::keys_in(change.key->reveal());
      changes.emplace_back("key");
    }
    if (change.touches_base && stored.api_base != change.api_base) {
      stored.api_base = std::move(change.api_base);
      changes.emplace_back("apiBase");
    }
    if (auto status = lay_extras(tx, agent, provider, stored, change, changes); !status) return fail(std::move(status.error()));
    if (!changes.empty()) {
      if (auto status = save(tx, agent, provider.name, stored); !status) return fail(std::move(status.error()));
      if (auto status = tx.append_audit(agent, event_of(provider.name, "set", changes)); !status) return fail(std::move(status.error()));
    }
    return shown(provider, stored);
  }

  /// The token of a login becomes durable, unless the login was given up meanwhile.
  Status keep(const serve::DeviceLogins::Connected& connected) const {
    return base.store.run([&](store::Transaction& tx) -> Status {
      if (!connected.wanted()) return fail(Code::conflict, "the login was given up");
      auto sealed = base.vault.seal(tx, connected.token.reveal(), serve::sealed_place(connected.agent, kProviders, connected.provider));
      if (!sealed) return fail(std::move(sealed.error()));
      const StoredProvider stored{.key = std::move(*sealed), .account = connected.account, .uses = {}};
      if (auto status = save(tx, connected.agent, connected.provider, stored); !status) return status;
      return tx.append_audit(connected.agent, event_of(connected.provider, "connected", {"token"}));
    });
  }

  const serve::ServiceContext& base;
  const CredentialsService& credentials;
  serve::DeviceFlow github;
  serve::DeviceLogins logins;
};

ProvidersService::ProvidersService(const serve::ServiceContext& context, const serve::Outbound& outbound,
                                   const CredentialsService& credentials)
    : impl_(std::make_unique<Impl>(context, outbound, credentials)) {}
ProvidersService::~ProvidersService() = default;

void ProvidersService::use(serve::DeviceFlow github) { impl_->github = std::move(github); }
void ProvidersService::stop() { impl_->logins.stop(); }

Result<ProviderList> ProvidersService::list(std::string_view agent) {
  auto documents = impl_->base.store.documents().list(agent, kProviders);
  if (!documents) return fail(std::move(documents.error()));
  ProviderList all;
  for (const providers::Known& one : providers::kKnown) {
    StoredProvider stored;
    for (const store::Document& document : *documents)
      if (document.id == one.name) {
        auto read = stored_from(std::optional(document.json));
        if (!read) return fail(std::move(read.error()));
        stored = std::move(*read);
      }
    all.items.push_back(shown(one, stored));
  }
  return all;
}

Result<Provider> ProvidersService::create(store::Transaction& tx, std::string_view agent, JsonRef body) {
  auto provider = known(body.get("name").string());
  if (!provider) return fail(std::move(provider.error()));
  auto change = change_from(**provider, body);
  if (!change) return fail(std::move(change.error()));
  if (!change->key && !change->api_base) return reject_field("value", "give a key (value), an address (apiBase), or both");
  auto stored = stored_from(tx.get_document(agent, kProviders, (*provider)->name));
  if (!stored) return fail(std::move(stored.error()));
  if (!stored->empty())
    return fail(Code::conflict,
                std::string((*provider)->name) + " is set up already; change it with PUT, as `facioctl providers set` does");
  return impl_->apply(tx, agent, **provider, std::move(*stored), std::move(*change));
}

Result<Provider> ProvidersService::set(store::Transaction& tx, std::string_view agent, std::string_view name, JsonRef body) {
  auto provider = known(name);
  if (!provider) return fail(std::move(provider.error()));
  auto change = change_from(**provider, body);
  if (!change) return fail(std::move(change.error()));
  auto stored = stored_from(tx.get_document(agent, kProviders, name));
  if (!stored) return fail(std::move(stored.error()));
  return impl_->apply(tx, agent, **provider, std::move(*stored), std::move(*change));
}

Result<Provider> ProvidersService::clear(store::Transaction& tx, std::string_view agent, std::string_view name) {
  auto provider = known(name);
  if (!provider) return fail(std::move(provider.error()));
  impl_->logins.cancel(agent, name, "given up: the provider was cleared");
  auto erased = tx.erase_document(agent, kProviders, name);
  if (!erased) return fail(std::move(erased.error()));
  if (*erased)
    if (auto status = tx.append_audit(agent, event_of(name, "cleared", {"key", "apiBase"})); !status)
      return fail(std::move(status.error()));
  return shown(**provider, StoredProvider{});
}

Result<ProviderLogin> ProvidersService::start_login(std::string_view agent, std::string_view name) {
  auto provider = known(name);
  if (!provider) return fail(std::move(provider.error()));
  if (!(*provider)->oauth) return reject_field("name", std::string(name) + " is set up with a key, not by a login");
  if (!(*provider)->device_login)
    return reject_field("name", std::string(name) + " cannot be connected over the API: its login must end on the machine where it began");
  return impl_->logins.start(agent, name, impl_->github);
}

Result<ProviderLoginState> ProvidersService::login_state(std::string_view agent, std::string_view name, std::string_view session) {
  auto provider = known(name);
  if (!provider) return fail(std::move(provider.error()));
  if (!(*provider)->oauth) return reject_field("name", std::string(name) + " is set up with a key, not by a login");
  return impl_->logins.state(agent, name, session);
}

Result<Secret> ProvidersService::key(std::string_view agent, std::string_view name) {
  auto stored = impl_->stored(agent, name);
  if (!stored) return fail(std::move(stored.error()));
  if (!stored->key) return fail(Code::not_found, "no key is stored for the provider " + std::string(name));
  auto key = impl_->base.vault.unseal(*stored->key, serve::sealed_place(agent, kProviders, name));
  if (key && credentials::next_placeholder(key->reveal())) return impl_->credentials.resolve(agent, key->reveal());
  if (key) impl_->credentials.also_mask(agent, "provider " + std::string(name), *key);
  return key;
}

Result<std::string> ProvidersService::api_base(std::string_view agent, std::string_view name) {
  auto provider = known(name);
  if (!provider) return fail(std::move(provider.error()));
  auto stored = impl_->stored(agent, name);
  if (!stored) return fail(std::move(stored.error()));
  return stored->api_base.value_or(std::string((*provider)->default_base));
}

Result<ProviderExtras> ProvidersService::extras(std::string_view agent, std::string_view name) {
  auto stored = impl_->stored(agent, name);
  if (!stored) return fail(std::move(stored.error()));
  auto headers = impl_->headers_of(agent, name, *stored);
  if (!headers) return fail(std::move(headers.error()));
  ProviderExtras extras;
  for (const auto& [header, text] : *headers) {
    auto value = impl_->credentials.resolve(agent, text);
    if (!value) return fail(std::move(value.error()));
    extras.headers.emplace_back(header, std::move(*value));
  }
  if (stored->body) extras.body = stored->body->text;
  return extras;
}

}  // namespace facio
