#include "commands/facio/versions/server/service.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <set>
#include <sys/stat.h>

#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/files/hidden_places.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/versions/server/history.hpp"
#include "commands/facio/versions/server/work_tree.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/serve/trouble.hpp"
#include "commands/serve/work_pool.hpp"

namespace facio {
namespace {

constexpr std::chrono::seconds kLongestWait{8};
constexpr std::chrono::milliseconds kLongestCheckAtStart{300};
// The document of a rollback that has begun: the store has its state, the workspace may not be restored yet.
constexpr std::string_view kRollbacks = "version_rollback";
constexpr std::string_view kPending = "pending";

std::string actor_of(const VersionReason& why) { return why.actor && !why.actor->empty() ? *why.actor : "api"; }

Status end_rollback(store::Transaction& tx, std::string_view agent) {
  return tx.erase_document(agent, kRollbacks, kPending).map([](auto&&) {});
}

/// The files of a version beside the workspace's: their tree, and the commands that put them into a commit.
struct StateFiles {
  serve::ObjectId tree;
  std::string commands = "D state\n";
};

StateFiles state_files(const serve::StateTexts& texts) {
  StateFiles files;
  std::string tree;
  for (const auto& [name, member] : serve::kStateFiles) {
    const std::string& text = texts.*member;
    if (text.empty()) continue;
    serve::append_tree_line(tree, serve::kFileMode, name, serve::object_id("blob", text));
    files.commands += "M 100644 inline state/" + std::string(name) + "\ndata " + std::to_string(text.size()) + "\n" + text + "\n";
  }
  files.tree = serve::object_id("tree", tree);
  return files;
}

}  // namespace

/// What it takes to finish or undo a rollback.
struct VersionsService::PendingRollback {
  std::string target, actor, reason;

  static constexpr ShapeHead shape{"PendingRollback", "A rollback that has begun"};
  static constexpr auto fields() {
    using P = PendingRollback;
    return Fields{field("target", &P::target, "version to go back to"), field("actor", &P::actor, "who"),
                  field("reason", &P::reason, "why")};
  }
};

VersionsService::VersionsService(const serve::ServiceContext& context, CronService& cron, PolicyService& policy)
    : context_(context),
      state_{.settings = context.settings, .cron = cron, .policy = policy},
      values_(context),
      repository_(git_, context.data + "/versions", context.files.directory()) {}

/// `again`: also when it was found whole before.
Status VersionsService::ready(bool again) {
  const Guard guard(opening_, kLongestWait);
  if (!guard) return fail(Code::unavailable, "the versions are still being checked after the start; try again");
  Status status = again ? repository_.open_again() : repository_.open();
  for (std::string& told : repository_.told()) {
    serve::report_trouble("the versions", told);
    set_aside_.push_back(std::move(told));
  }
  for (const std::string& path : serve::GitRepository::damaged_ones(repository_.directory()))
    context_.troubles->set(path, "earlier versions are damaged and were set aside: save what is readable in " + path +
                                     ", then move it away; new versions are recorded");
  return status;
}

/// The audit log tells what was set aside.
Status VersionsService::record_what_was_set_aside(std::string_view agent) {
  std::vector<std::string> all;
  {
    const Guard guard(opening_);
    all.swap(set_aside_);
  }
  if (all.empty()) return {};
  return context_.store.run([&](store::Transaction& tx) -> Status {
    for (const std::string& told : all) {
      AuditEvent event = change_event("version_change", told, event_details("action", "set aside"));
      event.origin = "runtime";
      event.status = "error";
      if (auto status = tx.append_audit(agent, std::move(event)); !status) return status;
    }
    return {};
  });
}

Result<VersionsService::Guard> VersionsService::begin_change(std::string_view agent) {
  Guard guard(mutex_, kLongestWait);
  if (!guard) return fail(Code::unavailable, "another version operation is in progress; try again");
  if (auto status = ready(); !status) return fail(std::move(status.error()));
  if (auto status = record_what_was_set_aside(agent); !status) return fail(std::move(status.error()));
  auto pending = pending_rollback(agent);
  if (!pending) return fail(std::move(pending.error()));
  if (!*pending) return guard;
  auto target = repository_.find((*pending)->target + "^{commit}");
  if (!target) return fail(std::move(target.error()));
  if (target->empty()) {
    // It was in a repository that has been set aside.
    auto dropped = context_.store.run([&](store::Transaction& tx) { return end_rollback(tx, agent); });
    if (!dropped) return fail(std::move(dropped.error()));
    return guard;
  }
  // The index may be older than the files, which are about to be replaced anyway.
  if (auto tree = work_tree(agent).look(serve::Look::all); !tree) return fail(std::move(tree.error()));
  if (auto made = finish(agent, **pending); !made) return fail(std::move(made.error()));
  return guard;
}

serve::WorkTree& VersionsService::work_tree(std::string_view agent) {
  const auto found = work_trees_.find(agent);
  if (found != work_trees_.end()) return found->second;
  auto hide = [this, agent = std::string(agent)](const std::string& text) { return values_.hidden(agent, text); };
  return work_trees_.try_emplace(std::string(agent), repository_, "index-" + std::string(agent), context_.files.hidden(), std::move(hide))
      .first->second;
}

/// Commits the present state.
Result<VersionsService::Recorded> VersionsService::record_once(std::string_view agent, const serve::VersionMessage& message,
                                                               Manner manner) {
  const std::string ref = serve::VersionHistory(repository_, agent).ref();
  auto before = repository_.tip(ref);
  if (!before) return fail(std::move(before.error()));
  auto texts = state_.texts(agent);
  if (!texts) return fail(std::move(texts.error()));
  const StateFiles state = state_files(*texts);
  serve::WorkTree& files = work_tree(agent);
  auto tree = files.look(manner.look);
  if (!tree) return fail(std::move(tree.error()));
  std::string content;
  serve::append_tree_line(content, serve::kDirectoryMode, "state", state.tree);
  if (*tree) serve::append_tree_line(content, serve::kDirectoryMode, "workspace", **tree);
  const std::string whole = serve::object_id("tree", content).hex();
  if (!manner.always && whole == before->tree) {
    files.stored(whole);
    return Recorded{.commit = {.id = before->commit}};
  }
  serve::NewCommit commit{.ref = ref,
                          .parent = before->commit,
                          .message = serve::compose_message(message),
                          .seconds = context_.clock.now_ms() / 1000,
                          .files = state.commands};
  serve::GitCommit made{.tree = whole, .parent = before->commit, .seconds = commit.seconds, .message = commit.message};
  files.add_to(commit, before->tree);
  auto id = repository_.commit(std::move(commit));
  if (!id) return fail(std::move(id.error()));
  files.stored(whole);
  made.id = std::move(*id);
  return Recorded{.commit = std::move(made), .created = true};
}

/// The same. Files may come and go while they are recorded; and what is remembered of them may be wrong, as after a crash of the machine,
/// or the repository itself be damaged.
Result<VersionsService::Recorded> VersionsService::record(std::string_view agent, const serve::VersionMessage& message, Manner manner) {
  auto made = record_once(agent, message, manner);
  for (int again = 0; again < 3 && !made && made.error().code() == Code::internal; ++again) {
    work_tree(agent).forget(again >= 1);
    if (again == 2)
      if (auto opened = ready(true); !opened) break;
    made = record_once(agent, message, manner);
  }
  if (!made) work_tree(agent).forget(false);
  return made;
}

Result<serve::StateTexts> VersionsService::texts_of(const std::string& commit) {
  serve::StateTexts texts;
  for (const auto& [name, text] : serve::kStateFiles) {
    auto blob = repository_.read_blob(commit + ":state/" + name);
    if (!blob) return fail(std::move(blob.error()));
    texts.*text = std::move(*blob).value_or(std::string{});
  }
  return texts;
}

/// Restores the store's state, all of it or nothing. The same transaction notes that a rollback has begun, or (no `pending`) that none is
/// under way.
Status VersionsService::apply_state(std::string_view agent_name, const serve::StateTexts& texts, const PendingRollback* pending) {
  const std::string agent(agent_name);
  auto present = state_.cron.jobs(agent);
  if (!present) return fail(std::move(present.error()));
  serve::StateParts::Restored restored;
  auto status = context_.store.run([&](store::Transaction& tx) -> Status {
    auto made = state_.restore(tx, agent, texts, *present);
    if (!made) return fail(std::move(made.error()));
    restored = std::move(*made);
    return pending != nullptr ? tx.save_document(agent, kRollbacks, kPending, to_json(*pending)) : end_rollback(tx, agent);
  });
  if (status) state_.publish(agent, restored);
  return status;
}

Status VersionsService::restore_files(std::string_view agent, const std::string& commit) {
  auto tree = repository_.find(commit + ":workspace");
  if (!tree) return fail(std::move(tree.error()));
  if (tree->empty()) {
    // A version of a workspace without files holds the state alone.
    auto state = repository_.find(commit + ":state");
    if (!state) return fail(std::move(state.error()));
    if (state->empty()) return fail(Code::rejected, "version " + commit.substr(0, 12) + " contains no workspace");
    *tree = serve::object_id("tree", {}).hex();
  }
  if (auto status = work_tree(agent).restore(*tree); !status) return status;
  return restore_operators_files(agent, commit);
}

/// The files that git does not write (mcp.json), with the secrets that the version only names.
Status VersionsService::restore_operators_files(std::string_view agent, const std::string& commit) {
  std::set<std::string> gone;
  const auto present = context_.files.list("");
  if (!present) return fail(present.error());
  for (const auto& entry : *present)
    if (is_operators_file(entry.name) && entry.kind == WorkspaceFiles::Kind::file && !entry.link) gone.insert(entry.name);
  const auto listed = repository_.find(commit + ":workspace").and_then([&](const std::string& tree) {
    return tree.empty() ? Result<std::string>(tree) : repository_.plumb({"ls-tree", "-z", tree});
  });
  if (!listed) return fail(listed.error());
  for (const std::string_view line : split_terminated(*listed, '\0')) {
    const std::string name(line.substr(line.find('\t') + 1));
    if (!is_operators_file(name) || !line.starts_with("100")) continue;
    gone.erase(name);
    auto text = repository_.read_blob(commit + ":workspace/" + name);
    if (!text) return fail(std::move(text.error()));
    auto whole = values_.revealed(agent, text->value_or(""));
    if (!whole) return fail(Code::rejected, "the version's " + name + " cannot be restored: " + whole.error().message());
    const auto now = context_.files.read(name, whole->size() + 1);
    if (now && *now == *whole) continue;
    if (auto written = context_.files.write(name, *whole); !written) return fail(std::move(written.error()));
  }
  for (const std::string& name : gone)
    if (auto removed = context_.files.remove(name); !removed && removed.error().code() != Code::not_found) return removed;
  return {};
}

Result<std::optional<VersionsService::PendingRollback>> VersionsService::pending_rollback(std::string_view agent) {
  auto stored = context_.store.documents().get(agent, kRollbacks, kPending);
  if (!stored) return fail(std::move(stored.error()));
  if (!*stored) return std::optional<PendingRollback>();
  return from_json<PendingRollback>(**stored).map([](PendingRollback pending) { return std::optional(std::move(pending)); });
}

/// With the target's state in the store already: restores the workspace, records the version and removes the note.
Result<VersionsService::Recorded> VersionsService::finish(std::string_view agent, const PendingRollback& pending) {
  if (auto status = restore_files(agent, pending.target); !status) return fail(std::move(status.error()));
  auto made = record(agent, {.message = "rollback to " + pending.target.substr(0, 12), .actor = pending.actor, .reason = pending.reason},
                     {.always = true});
  if (!made) return made;
  auto status = context_.store.run([&](store::Transaction& tx) { return end_rollback(tx, agent); });
  if (!status) return fail(std::move(status.error()));
  return made;
}

Result<VersionsService::Recorded> VersionsService::roll_back(std::string_view agent, const std::string& target, const VersionReason& why) {
  const std::string short_id = target.substr(0, 12);
  auto before = record(agent, {.message = "before the rollback to " + short_id, .actor = "facioctl", .reason = "recorded automatically"},
                       {.look = serve::Look::all});
  if (!before) return before;
  auto texts = texts_of(target);
  if (!texts) return fail(std::move(texts.error()));
  const PendingRollback pending{target, actor_of(why), why.reason.value_or("rollback to " + short_id)};
  if (auto status = apply_state(agent, *texts, &pending); !status) return fail(std::move(status.error()));
  auto made = finish(agent, pending);
  if (made || git_.stopping()) return made;
  // It failed: back to what was recorded a moment ago.
  auto old = texts_of(before->commit.id);
  const Status files = restore_files(agent, before->commit.id);
  const Status state = old ? (files ? apply_state(agent, *old, nullptr) : files) : fail(old.error());
  if (!state)
    return fail(Code::internal, "the rollback failed half-way and continues with the next version operation: " + made.error().message());
  return fail(made.error().code(), "nothing was rolled back: " + made.error().message());
}

Result<VersionCheckpoint> VersionsService::checkpoint(std::string_view agent, const VersionReason& why) {
  auto guard = begin_change(agent);
  if (!guard) return fail(std::move(guard.error()));
  const std::string reason = why.reason.value_or("");
  auto made = record(agent, {.message = is_blank(reason) ? "checkpoint" : reason, .actor = actor_of(why), .reason = reason}, {});
  if (!made) return fail(std::move(made.error()));
  const serve::VersionHistory history(repository_, agent);
  auto version = made->created ? history.get(std::move(made->commit)) : history.get(made->commit.id);
  if (!version) return fail(std::move(version.error()));
  return VersionCheckpoint{std::move(*version), made->created};
}

Result<AgentVersionList> VersionsService::list(std::string_view agent, std::int64_t limit) {
  if (auto status = ready(); !status) return fail(std::move(status.error()));
  auto items = serve::VersionHistory(repository_, agent).list(limit);
  if (!items) return fail(std::move(items.error()));
  const auto count = static_cast<std::int64_t>(items->size());
  return AgentVersionList{.items = std::move(*items), .count = count, .limit = limit};
}

Result<AgentVersion> VersionsService::get(std::string_view agent, std::string_view sha) {
  if (auto status = ready(); !status) return fail(std::move(status.error()));
  const serve::VersionHistory history(repository_, agent);
  return history.resolve(sha).and_then([&](const std::string& id) { return history.get(id); });
}

Result<std::string> VersionsService::diff(std::string_view agent, std::string_view sha, std::string_view path) {
  // Programs of the agent may give files any name.
  std::string checked(path);
  std::ranges::replace_if(
      checked, [](char c) { return (c > 0 && c < 0x20) || c == 0x7f; }, '_');
  if (!path.empty())
    if (auto status = WorkspaceFiles::check_path(checked); !status) return reject_field("path", status.error().message());
  if (auto status = ready(); !status) return fail(std::move(status.error()));
  const serve::VersionHistory history(repository_, agent);
  return history.resolve(sha).and_then([&](const std::string& id) { return history.diff(id, path); });
}

Result<AgentVersion> VersionsService::rollback(std::string_view agent, std::string_view sha, const VersionReason& why) {
  auto guard = begin_change(agent);
  if (!guard) return fail(std::move(guard.error()));
  const serve::VersionHistory history(repository_, agent);
  auto target = history.resolve(sha);
  if (!target) return fail(std::move(target.error()));
  auto made = roll_back(agent, *target, why);
  if (!made) return fail(std::move(made.error()));
  return history.get(std::move(made->commit));
}

Status VersionsService::recover(std::string_view agent) {
  struct stat found {};
  auto pending = pending_rollback(agent);
  if (!pending) return fail(std::move(pending.error()));
  if (*pending) return begin_change(agent).map([](const Guard&) {});
  if (::stat(repository_.directory().c_str(), &found) != 0) return {};  // the usual case of a first start runs no git
  // Whoever comes first waits for it; a large repository does not hold up the start.
  auto examined = std::make_shared<std::promise<void>>();
  auto done = examined->get_future();
  auto begun = context_.pool.submit([this, examined, agent = std::string(agent)] {
    (void)begin_change(agent);
    examined->set_value();
  });
  if (begun) (void)done.wait_for(kLongestCheckAtStart);
  return begun;
}

}  // namespace facio
