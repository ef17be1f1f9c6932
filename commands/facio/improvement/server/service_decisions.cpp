// What a decision does to the workspace. The store and the files cannot be changed as one: the decision is noted first, with what its files
// were; then they are changed; then its result is recorded and the note erased. Whatever ends between them, settle() finds the note.
#include <algorithm>
#include <utility>

#include "cli/core/encoding.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/improvement/server/service.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostOfFile = 4U << 20U;

std::optional<std::string> digest(const std::optional<std::string>& bytes) {
  return bytes ? std::optional(sha256_hex({*bytes})) : std::nullopt;
}

std::vector<serve::DecidedFile> noted(const std::vector<FileChange>& changes) {
  std::vector<serve::DecidedFile> files;
  files.reserve(changes.size());
  for (const FileChange& change : changes)
    files.push_back({change.path, change.before ? std::optional(base64_encode(*change.before)) : std::nullopt, digest(change.after)});
  return files;
}

/// Nothing when there is no such file.
Result<std::optional<std::string>> present(const WorkspaceFiles& files, const std::string& path) {
  auto bytes = files.read(path, kMostOfFile);
  if (bytes) return std::optional(std::move(*bytes));
  if (bytes.error().code() == Code::not_found) return std::optional<std::string>{};
  return fail(std::move(bytes.error()));
}

}  // namespace

/// Replaces a file that holds `expected` with `wanted`; nothing stands for no file.
Status ImprovementService::write(const FileChange& change, const std::optional<std::string>& expected,
                                 const std::optional<std::string>& wanted) {
  auto now = present(context_.files, change.path);
  if (!now) return fail(std::move(now.error()));
  if (*now != expected) return fail(Code::conflict, change.path + " was changed in the meantime; try again");
  if (!wanted) return *now ? context_.files.remove(change.path) : Status{};
  return context_.files.write(change.path, *wanted).map([](auto&&) {});
}

/// All files or none.
Status ImprovementService::write_all(const std::vector<FileChange>& changes) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto status = write(changes[i], changes[i].before, changes[i].after);
    if (status) continue;
    while (i-- > 0) (void)write(changes[i], changes[i].after, changes[i].before);
    return status;
  }
  return {};
}

Result<std::string> ImprovementService::record_version(std::string_view agent, std::string reason, std::string actor) {
  return versions_.checkpoint(agent, {.actor = std::move(actor), .reason = std::move(reason)}).map([](auto made) { return made.sha; });
}

/// Failed, the workspace is as it was before, and the run too.
Result<ImprovementRun> ImprovementService::carry_out(std::string_view agent, serve::Decision decision,
                                                     const std::vector<FileChange>& changes) {
  const std::string read_at = std::exchange(decision.run.updated_at, now());
  decision.files = noted(changes);
  auto begun = context_.store.run([&](store::Transaction& tx) -> Status {
    auto run = runs_.find(tx, agent, decision.run.id);
    if (!run) return fail(std::move(run.error()));
    if (*run && (*run)->updated_at != read_at)
      return fail(Code::conflict, "improvement run \"" + decision.run.id + "\" was changed in the meantime; try again");
    return decisions_.save(tx, agent, decision.run.id, decision);
  });
  if (!begun) return fail(std::move(begun.error()));
  Result<ImprovementRun> done = write_all(changes).and_then([&] { return record(agent, decision, false); });
  if (!done) (void)undo(agent, decision);  // what cannot be undone now is settled before the next decision
  return done;
}

Result<ImprovementRun> ImprovementService::record(std::string_view agent, serve::Decision decision, bool with_event) {
  auto version = record_version(agent, decision.message, decision.actor);
  if (!version) return fail(std::move(version.error()));
  ImprovementRun& run = decision.run;
  if (auto status = serve::set_metadata(run, {{decision.version, *version}}); !status) return fail(std::move(status.error()));
  auto saved = context_.store.run([&](store::Transaction& tx) -> Status {
    if (auto status = runs_.save(tx, agent, run.id, run); !status) return status;
    if (auto status = artifacts_.save(tx, agent, run.id, decision.artifacts); !status) return status;
    if (with_event)
      if (auto status = tx.append_audit(agent, serve::improvement_event(decision.action, run)); !status) return status;
    return decisions_.erase(tx, agent, run.id).map([](bool) {});
  });
  if (!saved) return fail(std::move(saved.error()));
  return std::move(run);
}

bool ImprovementService::is_changed(const serve::DecidedFile& file) const {
  const auto now = present(context_.files, file.path);
  return now && digest(*now) == file.after;
}

/// Puts back what the decision has changed, but for what others have changed since, and forgets it.
Status ImprovementService::undo(std::string_view agent, const serve::Decision& decision) {
  for (const serve::DecidedFile& file : decision.files) {
    if (!is_changed(file)) continue;
    const std::optional<std::string> before = file.before ? base64_decode(*file.before) : std::nullopt;
    auto status = before       ? context_.files.write(file.path, *before).map([](auto&&) {})
                  : file.after ? context_.files.remove(file.path)
                               : Status{};
    if (!status) return status;
  }
  return context_.store.run([&](store::Transaction& tx) { return decisions_.erase(tx, agent, decision.run.id).map([](bool) {}); });
}

Status ImprovementService::settle(std::string_view agent) {
  auto interrupted = decisions_.list(agent);
  if (!interrupted) return fail(std::move(interrupted.error()));
  for (auto& [id, decision] : *interrupted) {
    const bool done = std::ranges::all_of(decision.files, [this](const serve::DecidedFile& file) { return is_changed(file); });
    auto status = done ? record(agent, std::move(decision), true).map([](auto&&) {}) : undo(agent, decision);
    if (!status) return status;
  }
  return {};
}

Status ImprovementService::recover(std::string_view agent) {
  return begin_change(agent).map([](const Guard&) {});
}

}  // namespace facio
