#include "commands/facio/peers/server/service.hpp"

#include <algorithm>

#include "cli/core/secret.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/credentials/rules.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/runtime/a2a/peer_client.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/outbound/url.hpp"
#include "commands/serve/vault/vault.hpp"

namespace facio {
namespace {

constexpr std::string_view kPeers = "peer";
constexpr std::size_t kLongestToken = std::size_t{16} * 1024, kLongestDescription = 4096;
constexpr std::int64_t kUsualWait = 12;
constexpr int kCardWait = 10'000;

/// What is kept of a peer.
struct StoredPeer {
  std::string url;
  std::optional<std::string> description, token;  ///< token: sealed
  std::string created_at;
  std::optional<std::vector<std::string>> uses;  ///< keys of the secrets in `token`

  static constexpr ShapeHead shape{"StoredPeer", "What is kept of a peer"};
  static constexpr auto fields() {
    return Fields{field("url", &StoredPeer::url, "address"), field("description", &StoredPeer::description, "what it is for"),
                  field("token", &StoredPeer::token, "sealed"), field("created_at", &StoredPeer::created_at, "when it was added"),
                  field("uses", &StoredPeer::uses, "secrets in the token")};
  }
};

Result<StoredPeer> stored_from(std::string_view json) {
  auto stored = from_json<StoredPeer>(json);
  if (!stored) return fail(Code::internal, "what is stored for a peer cannot be read: " + stored.error().message());
  return stored;
}

Peer shown(std::string_view alias, const StoredPeer& stored) {
  return {.alias = std::string(alias),
          .url = stored.url,
          .description = stored.description,
          .hasToken = stored.token.has_value(),
          .created_at = stored.created_at,
          .uses = stored.uses};
}

tl::unexpected<Error> no_peer(std::string_view alias) {
  return fail(Code::not_found, "there is no peer '" + std::string(alias) + "'; `facioctl peers list` shows those that are registered");
}

Status check_token(std::string_view token) {
  if (token.size() > kLongestToken) return reject_field("token", "must have at most 16384 bytes");
  if (!std::ranges::all_of(token, [](char c) { return c > 0x20 && c < 0x7f; }))
    return reject_field("token", "must not contain blanks, control characters and letters outside ASCII");
  return {};
}

/// Names only: which peer, and what was done.
AuditEvent event_of(std::string_view alias, std::string_view done) {
  return change_event("credential_change", std::string(done) + " peer " + std::string(alias), event_details("peer", alias, "action", done));
}

std::string origin_of(const std::string& url) {
  const auto parsed = serve::parse_outbound_url(url);
  return parsed ? parsed->origin() : std::string();
}

}  // namespace

struct PeersService::Impl {
  const serve::ServiceContext& base;
  const serve::Outbound& outbound;
  const CredentialsService& credentials;

  Result<serve::PeerTarget> target(std::string_view agent, std::string_view alias) const {
    auto json = base.store.documents().get(agent, kPeers, alias);
    if (!json) return fail(std::move(json.error()));
    if (!*json) return no_peer(alias);
    auto stored = stored_from(**json);
    if (!stored) return fail(std::move(stored.error()));
    serve::PeerTarget target{.url = std::move(stored->url), .token = {}};
    if (!stored->token) return target;
    auto token = base.vault.unseal(*stored->token, serve::sealed_place(agent, kPeers, alias));
    if (token && credentials::next_placeholder(token->reveal())) token = credentials.resolve(agent, token->reveal());
    if (!token && token.error().code() == Code::not_found)
      return fail(Code::upstream_failed, "the peer's token: " + token.error().message());
    if (!token) return fail(std::move(token.error()));
    credentials.also_mask(agent, "peer " + std::string(alias), *token);
    target.token = std::move(*token);
    return target;
  }
};

PeersService::PeersService(const serve::ServiceContext& context, const serve::Outbound& outbound, const CredentialsService& credentials)
    : impl_(new Impl{.base = context, .outbound = outbound, .credentials = credentials}) {}
PeersService::~PeersService() = default;

Result<PeerList> PeersService::list(std::string_view agent) {
  auto documents = impl_->base.store.documents().list(agent, kPeers);
  if (!documents) return fail(std::move(documents.error()));
  PeerList all;
  for (const store::Document& document : *documents) {
    auto stored = stored_from(document.json);
    if (!stored) return fail(std::move(stored.error()));
    all.items.push_back(shown(document.id, *stored));
  }
  all.count = static_cast<std::int64_t>(all.items.size());
  return all;
}

Result<PeersService::Added> PeersService::add(store::Transaction& tx, std::string_view agent, JsonRef body) {
  auto wanted = from_json<PeerAdd>(body);
  if (!wanted) return fail(std::move(wanted.error()));
  if (auto parsed = serve::parse_outbound_url(wanted->url); !parsed) return reject_field("url", parsed.error().message());
  if (wanted->description && wanted->description->size() > kLongestDescription)
    return reject_field("description", "must have at most 4096 bytes");
  while (wanted->url.ends_with('/')) wanted->url.pop_back();
  auto before = tx.get_document(agent, kPeers, wanted->alias);
  if (!before) return fail(std::move(before.error()));

  StoredPeer stored{.url = wanted->url,
                    .description = wanted->description,
                    .token = {},
                    .created_at = format_rfc3339(impl_->base.clock.now_ms()),
                    .uses = {}};
  std::optional<StoredPeer> old;
  if (*before) {
    auto read = stored_from(**before);
    if (!read) return fail(std::move(read.error()));
    old = std::move(*read);
    stored.created_at = old->created_at;
  }
  if (wanted->token && wanted->token->reveal() == kMask && old) {
    // The mask that a list shows means: as it is. It must not carry the token to another host, though.
    if (old->token && origin_of(old->url) != origin_of(stored.url))
      return reject_field("token", "give it again, since the address is another host's");
    stored.token = old->token;
    stored.uses = old->uses;
  } else if (wanted->token && !wanted->token->empty()) {
    if (auto status = check_token(wanted->token->reveal()); !status) return fail(std::move(status.error()));
    auto sealed = impl_->base.vault.seal(tx, wanted->token->reveal(), serve::sealed_place(agent, kPeers, wanted->alias));
    if (!sealed) return fail(std::move(sealed.error()));
    stored.token = std::move(*sealed);
    stored.uses = credentials::keys_in(wanted->token->reveal());
  }
  if (auto status = tx.save_document(agent, kPeers, wanted->alias, to_json(stored)); !status) return fail(std::move(status.error()));
  if (auto status = tx.append_audit(agent, event_of(wanted->alias, old ? "replaced" : "added")); !status)
    return fail(std::move(status.error()));
  return Added{shown(wanted->alias, stored), old.has_value()};
}

Result<PeerDeleted> PeersService::remove(store::Transaction& tx, std::string_view agent, std::string_view alias) {
  auto erased = tx.erase_document(agent, kPeers, alias);
  if (!erased) return fail(std::move(erased.error()));
  if (!*erased) return no_peer(alias);
  if (auto status = tx.append_audit(agent, event_of(alias, "removed")); !status) return fail(std::move(status.error()));
  return PeerDeleted{std::string(alias)};
}

Result<std::string> PeersService::card(std::string_view agent, std::string_view alias) {
  auto target = impl_->target(agent, alias);
  if (!target) return fail(std::move(target.error()));
  auto card = serve::fetch_card(impl_->outbound, *target, kCardWait);
  // A peer that does not answer in time is a peer that cannot be reached: the contract knows one failure here.
  if (!card && card.error().code() == Code::upstream_timeout) return fail(Code::upstream_failed, card.error().message());
  return card;
}

Result<PeerReply> PeersService::call(std::string_view agent, std::string_view alias, const PeerCall& message, int cancel) {
  auto target = impl_->target(agent, alias);
  if (!target) return fail(std::move(target.error()));
  target->cancel = cancel;
  auto reply = serve::send_message(impl_->outbound, *target, message.message, message.contextId,
                                   static_cast<int>(message.timeout_s.value_or(kUsualWait)) * 1000);
  if (reply) reply->alias = alias;
  return reply;
}

}  // namespace facio
