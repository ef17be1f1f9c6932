#include "commands/facio/audit/server/signer.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <unistd.h>

#include "cli/core/encoding.hpp"
#include "cli/core/files.hpp"
#include "cli/core/json.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/serve/trouble.hpp"

namespace facio {
namespace {

// What is written in this time after a checkpoint is not yet in the next one.
constexpr std::chrono::milliseconds kBetweenCheckpoints{1000};
constexpr std::size_t kMostOfCheckpoint = std::size_t{64} * 1024, kMostOfFindings = std::size_t{1024} * 1024;
// The document that says that the log has been signed.
constexpr std::string_view kSignedCollection = "audit", kSignedId = "signed";

/// The contents of a file; nothing when there is none.
Result<std::optional<std::string>> read_small(const std::string& path, std::size_t most) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!file && errno == ENOENT) return std::optional<std::string>{};
  std::string text;
  if (!file || !read_all(file.get(), text, most)) return fail(Code::output, path + ": " + system_reason(errno));
  return std::optional(std::move(text));
}

/// The name of a log says whose key signs it, so that a checkpoint of another key cannot pass for one of this log.
NoteKey key_of_log(const serve::SigningKey& key, std::string_view agent) {
  const auto& bytes = key.public_key();
  const std::string digest = sha256_hex({std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())});
  return {.name = "facioctl.audit/" + digest.substr(0, 32) + "/" + std::string(agent), .key = bytes};
}

std::string counted(std::uint64_t events) { return std::to_string(events) + (events == 1 ? " event" : " events"); }

}  // namespace

AuditSigner::AuditSigner(store::Store& store, std::string agent, Result<serve::SigningKey> key, Places places)
    : store_(store), agent_(std::move(agent)), signing_(std::move(key)), places_(std::move(places)) {
  if (signing_) key_ = key_of_log(*signing_, agent_);
}

std::string AuditSigner::note_of(const MerkleTree& tree) const {
  const std::string text = LogCheckpoint{.origin = key_.name, .size = tree.size(), .root = tree.root()}.text();
  return signed_note(text, key_, signing_->sign(text));
}

Status AuditSigner::start() {
  if (!signing_ || places_.checkpoint.empty()) return {};
  if (auto status = compare(); !status) return status;
  auto thread = serve::Thread::start("signing the audit log", [this] { loop(); });
  if (!thread) return fail(std::move(thread.error()));
  thread_ = std::move(*thread);
  started_ = true;
  return {};
}

void AuditSigner::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (std::exchange(started_, false)) (void)serve::contained("signing the audit log", [this] { (void)sign(); });
}

void AuditSigner::changed() {
  if (dirty_.exchange(true)) return;
  const std::lock_guard lock(mutex_);
  wake_.notify_all();
}

void AuditSigner::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait(lock, [this] { return stopping_ || dirty_; });
    if (stopping_) return;
    dirty_ = false;
    lock.unlock();
    (void)serve::contained("signing the audit log", [this] {
      if (!sign()) dirty_ = true;
    });
    lock.lock();
    wake_.wait_for(lock, kBetweenCheckpoints, [this] { return stopping_; });
  }
}

Status AuditSigner::sign() {
  if (!signing_) return fail(Code::unavailable, "the audit log is not signed: " + signing_.error().message());
  if (places_.checkpoint.empty()) return {};
  const std::lock_guard saving(saving_);
  auto tree = store_.audit().end(agent_);
  Status status;
  if (!tree) status = fail(std::move(tree.error()));
  else if (!marked_ || tree->size() != saved_size_) status = replace_file(places_.checkpoint, note_of(*tree));
  if (status && !marked_) {
    // Only now: a log that was never signed has no checkpoint, and that is no fault.
    const std::string json = json_object("key", key_.text()).text;
    status = store_.run([&](store::Transaction& tx) { return tx.save_document({}, kSignedCollection, kSignedId, json); });
    marked_ = status.has_value();
  }
  if (status) saved_size_ = tree->size();
  std::string trouble = status ? std::string() : status.error().message();
  const std::lock_guard lock(mutex_);
  if (!trouble.empty() && trouble != trouble_) serve::report_trouble("the audit log is not signed", trouble);
  trouble_ = std::move(trouble);
  return status;
}

Result<bool> AuditSigner::has_signed_before() const {
  return store_.documents().get({}, kSignedCollection, kSignedId).map([](const auto& found) { return found.has_value(); });
}

Status AuditSigner::compare() {
  // What cannot be read at this moment is no sign of a changed log: a finding would stay.
  const auto before = has_signed_before();
  if (!before) return fail(before.error());
  auto note = read_small(places_.checkpoint, kMostOfCheckpoint);
  if (!note) return fail(Code::output, "the last checkpoint of the audit log cannot be read: " + note.error().message());
  const auto events = store_.audit().last(agent_);
  if (!events) return fail(events.error());
  if (!*note) {
    if (*before)
      find("no-checkpoint", "the file of the last checkpoint, " + places_.checkpoint + ", is missing, so a truncation cannot be detected",
           *events, {});
    return {};
  }
  const auto fits = compare_with(**note);
  if (fits) marked_ = *fits && *before;
  else if (fits.error().code() == Code::unavailable) return fail(fits.error());
  else find("damaged", "the audit log cannot be compared with its last checkpoint: " + fits.error().message(), *events, **note);
  return {};
}

/// Whether the log goes on from this checkpoint; what does not fit is noted.
Result<bool> AuditSigner::compare_with(const std::string& note) {
  const auto last = store_.audit().last(agent_);
  if (!last) return fail(last.error());
  const auto events = static_cast<std::uint64_t>(*last);
  const auto known = open_checkpoint(note, key_);
  if (!known) {
    find(known.error().code() == Code::integrity ? "other-key" : "damaged",
         "the last checkpoint of the audit log " + known.error().message(), *last, note);
    return false;
  }
  if (events < known->size) {
    find("cut", "the audit log was truncated after event " + std::to_string(events) + ": its last checkpoint has " + counted(known->size),
         *last, note);
    return false;
  }
  const auto tree = store_.audit().tree(agent_, known->size);
  if (!tree) return fail(tree.error());
  if (tree->root() == known->root) return true;
  find("rewritten",
       "the audit log was rewritten before event " + std::to_string(known->size + 1) + ": its last checkpoint has a different root", *last,
       note);
  return false;
}

/// Keeps the finding in its file before a new checkpoint takes the place of the one that does not fit.
void AuditSigner::find(std::string_view what, std::string message, std::int64_t events, std::string note) {
  const AuditFinding finding{.ts = format_rfc3339(now_ms()),
                             .what = std::string(what),
                             .message = message,
                             .events = events,
                             .checkpoint = note.empty() ? std::nullopt : std::optional(note)};
  const Descriptor file(::open(places_.findings.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file || !write_all(file.get(), to_json(finding) + "\n") || ::fsync(file.get()) != 0)
    serve::report_trouble("a problem of the audit log cannot be recorded", system_reason(errno));
  serve::report_trouble("the audit log", message);
  AuditEvent event = change_event("audit_fault", std::move(message), event_details("what", what, "events", events, "checkpoint", note));
  event.status = "error";
  event.origin = "serve";
  store_.note(agent_, std::move(event), {});
}

std::vector<AuditFinding> AuditSigner::findings() const {
  std::vector<AuditFinding> all;
  if (places_.findings.empty()) return all;
  const auto text = read_small(places_.findings, kMostOfFindings);
  if (!text)
    return {{.ts = format_rfc3339(now_ms()), .what = "damaged", .message = "the findings cannot be read: " + text.error().message()}};
  if (!*text) return all;
  for (const std::string_view line : split(**text, '\n')) {
    if (line.empty()) continue;
    auto document = JsonDocument::parse(line);
    auto finding = document ? from_json<AuditFinding>(document->root()) : Result<AuditFinding>(fail(std::move(document.error())));
    if (finding) all.push_back(std::move(*finding));
    else
      all.push_back(
          {.ts = format_rfc3339(now_ms()), .what = "damaged", .message = "the file of findings " + places_.findings + " is damaged"});
  }
  return all;
}

std::vector<std::string> AuditSigner::problems() const {
  std::vector<std::string> all;
  if (!signing_) {
    all.push_back("the audit log is not signed: " + signing_.error().message());
    return all;
  }
  for (const AuditFinding& finding : findings()) all.push_back(finding.message + " (found " + finding.ts + ")");
  if (!all.empty()) all.back() += "; when that is resolved, remove " + places_.findings;
  const std::lock_guard lock(mutex_);
  if (!trouble_.empty()) all.push_back("the audit log is not signed now: " + trouble_);
  return all;
}

Result<AuditKey> AuditSigner::key() const {
  if (!signing_) return fail(Code::unavailable, "the audit log is not signed: " + signing_.error().message(), signing_.error().hint());
  return AuditKey{.key = key_.text(), .origin = key_.name, .algorithm = "ed25519", .public_key = hash_base64(key_.key)};
}

Result<AuditCheckpoint> AuditSigner::checkpoint() {
  auto known = key();
  if (!known) return fail(std::move(known.error()));
  auto tree = store_.audit().end(agent_);
  if (!tree && (tree.error().code() == Code::integrity || tree.error().code() == Code::not_found))
    return fail(Code::unavailable, "the audit log is damaged: " + tree.error().message());
  if (!tree) return fail(std::move(tree.error()));
  AuditCheckpoint reply{.checkpoint = note_of(*tree),
                        .key = std::move(known->key),
                        .size = static_cast<std::int64_t>(tree->size()),
                        .root = hash_hex(tree->root()),
                        .findings = findings()};
  auto archives = store_.audit().archives(agent_);
  if (!archives) return fail(std::move(archives.error()));
  if (archives->empty()) return reply;
  const store::AuditArchive& last = archives->back();
  auto before = store_.audit().tree(agent_, static_cast<std::uint64_t>(last.last));
  if (!before) return fail(std::move(before.error()));
  reply.archived = AuditArchived{.events = last.last,
                                 .until = format_rfc3339(last.last_ms),
                                 .files = places_.archives,
                                 .hash = last.last_hash,
                                 .tree = before->peaks()};
  return reply;
}

}  // namespace facio
