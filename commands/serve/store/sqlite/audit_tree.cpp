#include "commands/serve/store/sqlite/audit_tree.hpp"

#include <string>
#include <vector>

#include "commands/serve/store/sqlite/audit_block.hpp"

namespace facio::store {
namespace {

tl::unexpected<Error> bad_event(std::uint64_t seq, std::string_view why) {
  return fail(Code::integrity, "audit event " + std::to_string(seq) + " " + std::string(why));
}

/// The tree after block `block`; Code::not_found if it is not stored.
Result<MerkleTree> stored_tree(Database& database, std::int64_t agent_number, std::int64_t block) {
  if (block < 0) return MerkleTree();
  auto peaks = database.query("SELECT peaks FROM audit_tree WHERE agent = ? AND block = ?", agent_number, block).first_text();
  if (!peaks) return fail(std::move(peaks.error()));
  if (!*peaks) return fail(Code::not_found, "the tree of the audit log is not stored for block " + std::to_string(block));
  auto tree = MerkleTree::from(static_cast<std::uint64_t>((block + 1) * kAuditBlock), **peaks);
  if (!tree) return fail(Code::integrity, "the stored tree of the audit log is damaged at block " + std::to_string(block));
  return std::move(*tree);
}

/// Adds the events behind the tree, up to event `last`.
Status grow(Database& database, std::int64_t agent_number, std::int64_t last, LogTree& log) {
  const std::int64_t base = audit_base(agent_number);
  MerkleTree& tree = log.tree;
  const auto add = [&](const Statement& row) -> Status {
    const auto seq = static_cast<std::uint64_t>(row.integer(0) - base);
    if (seq != tree.size() + 1) return bad_event(tree.size() + 1, "is missing");
    const std::string_view body = row.text(1);
    const auto hash = hash_from_hex(hash_of_body(body));
    if (!hash) return bad_event(seq, "has no hash");
    tree.add(*hash);
    log.open_bytes += static_cast<std::int64_t>(body.size());
    return {};
  };
  auto status = database
                    .query("SELECT pos, body FROM audit WHERE pos BETWEEN ? AND ? ORDER BY pos",
                           base + static_cast<std::int64_t>(tree.size()) + 1, base + last)
                    .each(add);
  if (status && tree.size() < static_cast<std::uint64_t>(last)) return fail(Code::not_found, "the audit log has fewer events");
  return status;
}

/// Trees for the full blocks that have none.
Status complete_agent(Database& database, std::int64_t agent, std::int64_t first, std::int64_t end) {
  auto before = stored_tree(database, agent, first - 1);
  if (!before) return fail(std::move(before.error()));
  LogTree log{.tree = std::move(*before)};
  for (std::int64_t block = first; block < end; ++block) {
    log.open_bytes = 0;
    auto status = grow(database, agent, (block + 1) * kAuditBlock, log);
    if (status) status = save_block_tree(database, agent, log);
    if (!status) return status;
  }
  return {};
}

/// The index of a log that was cut tells of events that there are no more: it is emptied there, so that it can be written anew.
Status empty_index(Database& database, std::int64_t agent, std::int64_t first_block) {
  return database.run(
      "INSERT OR REPLACE INTO audit_places (agent, dimension, value, block, n, places) "
      "SELECT agent, dimension, value, block, 0, x'' FROM audit_places WHERE agent = ? AND block >= ?",
      agent, first_block);
}

Status complete(Database& database, std::int64_t agent) {
  const std::int64_t base = audit_base(agent);
  auto last = database.query("SELECT coalesce(max(pos), ?) FROM audit WHERE pos BETWEEN ? AND ?", base, base, audit_base(agent + 1) - 1)
                  .first_integer();
  if (!last) return fail(std::move(last.error()));
  auto stored = database.query("SELECT coalesce(max(block), -1) FROM audit_tree WHERE agent = ?", agent).first_integer();
  if (!stored) return fail(std::move(stored.error()));
  const std::int64_t full = (**last - base) / kAuditBlock, known = **stored + 1;
  if (known > full) return empty_index(database, agent, full);
  if (known == full) return {};
  auto status = complete_agent(database, agent, known, full);
  // A log that somebody damaged has no tree from there on, which its checkpoints tell; it goes on to be written.
  const bool damaged = !status && (status.error().code() == Code::integrity || status.error().code() == Code::not_found);
  return damaged ? Status{} : status;
}

}  // namespace

std::string_view hash_of_body(std::string_view body) {
  constexpr std::string_view kKey = ",\"hash\":\"";
  constexpr std::size_t kTail = kKey.size() + 64 + 2;
  if (body.size() < kTail || body.substr(body.size() - kTail, kKey.size()) != kKey) return {};
  return body.substr(body.size() - 66, 64);
}

Status save_block_tree(Database& database, std::int64_t agent_number, const LogTree& log) {
  const std::int64_t block = static_cast<std::int64_t>(log.tree.size()) / kAuditBlock - 1;
  return database.run("INSERT OR REPLACE INTO audit_tree (agent, block, peaks, bytes) VALUES (?,?,?,?)", agent_number, block,
                      log.tree.peaks(), log.open_bytes);
}

Result<LogTree> audit_tree(Database& database, std::int64_t agent_number, std::uint64_t size) {
  const auto last = static_cast<std::int64_t>(size);
  auto tree = stored_tree(database, agent_number, last / kAuditBlock - 1);
  if (!tree) return fail(std::move(tree.error()));
  LogTree log{.tree = std::move(*tree)};
  return grow(database, agent_number, last, log).map([&] { return std::move(log); });
}

Status complete_trees(Database& database) {
  auto agents = database.query("SELECT no FROM agent").all([](const Statement& row) { return row.integer(0); });
  if (!agents) return fail(std::move(agents.error()));
  if (agents->empty()) return {};
  if (auto status = database.execute("BEGIN IMMEDIATE"); !status) return status;
  Status status;
  for (std::size_t i = 0; status && i < agents->size(); ++i) status = complete(database, (*agents)[i]);
  if (status) return database.execute("COMMIT");
  (void)database.execute("ROLLBACK");
  return status;
}

}  // namespace facio::store
