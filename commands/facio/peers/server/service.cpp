#include "commands/facio/peers/server/service.hpp"

#include <algorithm>

#include "cli/core/secret_rule.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/credentials/rules.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/runtime/a2a/peer_client.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/outbound/url.hpp"

namespace facio {

/// A peer as the store holds it.
struct StoredPeer {
  std::string url;                                ///< as it is shown
  std::optional<std::string> description, token;  ///< the token is sealed
  std::string created_at;
  std::optional<std::vector<std::string>> uses;  ///< keys of the secrets that `token` refers to
  std::optional<std::string> address;            ///< sealed: the whole URL, when a part of it is secret

  static constexpr ShapeHead shape{"StoredPeer", "What is kept of a peer"};
  static constexpr auto fields() {
    return Fields{field("url", &StoredPeer::url, "address"),
                  field("description", &StoredPeer::description, "what it is for"),
                  field("token", &StoredPeer::token, "sealed"),
                  field("created_at", &StoredPeer::created_at, "when it was added"),
                  field("uses", &StoredPeer::uses, "secrets in the token"),
                  field("address", &StoredPeer::address, "sealed")};
  }
};

namespace {

constexpr std::size_t kLongestToken = std::size_t{16} * 1024, kLongestDescription = 4096;
constexpr std::int64_t kUsualWait = 12;
constexpr int kCardWait = 10'000;
constexpr std::string_view kAddress = "/address";  // place of the sealed address, beside the token

Peer shown(std::string_view alias, const StoredPeer& stored) {
  return {.alias = std::string(alias),
          .url = without_secrets(stored.url),
          .description = stored.description,
          .hasToken = stored.token.has_value(),
          .created_at = stored.created_at,
          .uses = stored.uses};
}

tl::unexpected<Error> no_peer(std::string_view alias) {
  return fail(Code::not_found, "there is no peer '" + std::string(alias) + "'; `facioctl peers list` shows the registered ones");
}

Status check_token(std::string_view token) {
  if (token.size() > kLongestToken) return reject_field("token", "must have at most 16384 bytes");
  if (!std::ranges::all_of(token, [](char c) { return c > 0x20 && c < 0x7f; }))
    return reject_field("token", "must not contain blanks, control characters and letters outside ASCII");
  return {};
}

/// Holds names only: which peer, and what was done.
AuditEvent event_of(std::string_view alias, std::string_view done) {
  return change_event("credential_change", std::string(done) + " peer " + std::string(alias), event_details("peer", alias, "action", done));
}

std::string origin_of(const std::string& url) {
  const auto parsed = serve::parse_outbound_url(url);
  return parsed ? parsed->origin() : std::string();
}

}  // namespace

PeersService::PeersService(const serve::ServiceContext& context, const serve::Outbound& outbound, const CredentialsService& credentials)
    : base_(context),
      outbound_(outbound),
      credentials_(credentials),
      peers_(context, "peer", [](std::string_view) -> std::string { return "what is stored for a peer"; }) {}

Result<StoredPeer> PeersService::find(std::string_view agent, std::string_view alias) const {
  auto found = peers_.find(agent, alias);
  if (!found) return fail(std::move(found.error()));
  if (!*found) return no_peer(alias);
  return std::move(**found);
}

Result<serve::PeerTarget> PeersService::target(std::string_view agent, std::string_view alias) const {
  auto stored = find(agent, alias);
  if (!stored) return fail(std::move(stored.error()));
  serve::PeerTarget target{.url = std::move(stored->url), .token = {}};
  if (stored->address) {
    auto address = peers_.unseal(agent, alias, *stored->address, kAddress);
    if (!address) return fail(std::move(address.error()));
    target.url = std::string(address->reveal());
  }
  if (!stored->token) return target;
  auto token = peers_.unseal(agent, alias, *stored->token);
  if (token && credentials::next_placeholder(token->reveal())) token = credentials_.resolve(agent, token->reveal());
  if (!token && token.error().code() == Code::not_found) return fail(Code::upstream_failed, "the peer's token: " + token.error().message());
  if (!token) return fail(std::move(token.error()));
  credentials_.also_mask(agent, "peer " + std::string(alias), *token);
  target.token = std::move(*token);
  return target;
}

Result<PeerList> PeersService::list(std::string_view agent) {
  auto peers = peers_.list(agent);
  if (!peers) return fail(std::move(peers.error()));
  PeerList all;
  for (const auto& [alias, stored] : *peers) all.items.push_back(shown(alias, stored));
  all.count = static_cast<std::int64_t>(all.items.size());
  return all;
}

/// What is shown of an address in the place of one with a secret in it. The address as it was shown keeps the stored one.
Status PeersService::seal_address(store::Transaction& tx, std::string_view agent, std::string_view alias,
                                  const std::optional<StoredPeer>& before, StoredPeer& stored) const {
  const std::string visible = without_secrets(stored.url);
  if (visible == stored.url) {
    if (visible.find(kMask) == std::string::npos || !(holds_secret(visible) || (before && before->address))) return {};
    if (!before || !before->address || before->url != visible)
      return reject_field("url", "*** stands for part of a stored address, but this is a different one; give the whole address");
    stored.address = before->address;
    return {};
  }
  auto sealed = peers_.seal(tx, agent, alias, stored.url, kAddress);
  if (!sealed) return fail(std::move(sealed.error()));
  stored.address = std::move(*sealed);
  stored.url = visible;
  return {};
}

Result<PeersService::Added> PeersService::add(store::Transaction& tx, std::string_view agent, JsonRef body) {
  auto wanted = from_json<PeerAdd>(body);
  if (!wanted) return fail(std::move(wanted.error()));
  if (auto parsed = serve::parse_outbound_url(wanted->url); !parsed) return reject_field("url", parsed.error().message());
  if (wanted->description && wanted->description->size() > kLongestDescription)
    return reject_field("description", "must have at most 4096 bytes");
  while (wanted->url.ends_with('/')) wanted->url.pop_back();
  auto old = peers_.find(tx, agent, wanted->alias);
  if (!old) return fail(std::move(old.error()));
  const std::optional<StoredPeer>& before = *old;

  StoredPeer stored{.url = wanted->url,
                    .description = wanted->description,
                    .token = {},
                    .created_at = before ? before->created_at : format_rfc3339(base_.clock.now_ms()),
                    .uses = {},
                    .address = {}};
  if (auto status = seal_address(tx, agent, wanted->alias, before, stored); !status) return fail(std::move(status.error()));
  if (wanted->token && wanted->token->reveal() == kMask) {
    if (!before || !before->token) return reject_field("token", "*** stands for a stored token, and there is none; give the token itself");
    // The mask keeps the stored token, which must not go to another host, though.
    if (origin_of(before->url) != origin_of(stored.url))
      return reject_field("token", "give it again, because the address belongs to a different host");
    stored.token = before->token;
    stored.uses = before->uses;
  } else if (wanted->token && !wanted->token->empty()) {
    if (auto status = check_token(wanted->token->reveal()); !status) return fail(std::move(status.error()));
    auto sealed = peers_.seal(tx, agent, wanted->alias, wanted->token->reveal());
    if (!sealed) return fail(std::move(sealed.error()));
    stored.token = std::move(*sealed);
    stored.uses = credentials::keys_in(wanted->token->reveal());
  }
  if (auto status = peers_.save(tx, agent, wanted->alias, stored); !status) return fail(std::move(status.error()));
  if (auto status = tx.append_audit(agent, event_of(wanted->alias, before ? "replaced" : "added")); !status)
    return fail(std::move(status.error()));
  return Added{shown(wanted->alias, stored), before.has_value()};
}

Result<PeerDeleted> PeersService::remove(store::Transaction& tx, std::string_view agent, std::string_view alias) {
  auto erased = peers_.erase(tx, agent, alias);
  if (!erased) return fail(std::move(erased.error()));
  if (!*erased) return no_peer(alias);
  if (auto status = tx.append_audit(agent, event_of(alias, "removed")); !status) return fail(std::move(status.error()));
  return PeerDeleted{std::string(alias)};
}

Result<std::string> PeersService::card(std::string_view agent, std::string_view alias) {
  auto to = target(agent, alias);
  if (!to) return fail(std::move(to.error()));
  auto card = serve::fetch_card(outbound_, *to, kCardWait);
  // The contract has one failure here: a peer that does not answer in time counts as unreachable.
  if (!card && card.error().code() == Code::upstream_timeout) return fail(Code::upstream_failed, card.error().message());
  return card;
}

Result<PeerReply> PeersService::call(std::string_view agent, std::string_view alias, const PeerCall& message, int cancel) {
  auto to = target(agent, alias);
  if (!to) return fail(std::move(to.error()));
  to->cancel = cancel;
  auto reply = serve::send_message(outbound_, *to, {.text = message.message, .context = message.contextId, .task = message.taskId},
                                   static_cast<int>(message.timeout_s.value_or(kUsualWait)) * 1000);
  if (reply) reply->alias = alias;
  return reply;
}

}  // namespace facio
