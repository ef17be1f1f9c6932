#include "commands/facio/audit/server/retention.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <unistd.h>

#include "cli/core/file_writer.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/time.hpp"
#include "cli/files/zstd.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/audit/server/signer.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/private_file.hpp"
#include "commands/serve/trouble.hpp"

namespace facio {
namespace {

constexpr std::chrono::seconds kBetweenLooks{60};
constexpr std::string_view kUnfinished = ".facioctl-";
constexpr std::size_t kArchivePiece = std::size_t{1} << 20;

/// A compressed file that has its name only once it is whole and on the disk.
class ArchiveFile {
 public:
  explicit ArchiveFile(FileWriter file) : file_(std::move(file)) {}

  Status line(std::string_view json) {
    (plain_ += json) += '\n';
    return plain_.size() < kArchivePiece ? Status{} : send(false);
  }
  Status finish() {
    auto status = send(true);
    return status ? file_.finish() : status;
  }

 private:
  Status send(bool last) {
    std::string packed;
    if (auto status = compressor_.add(plain_, last, packed); !status) return status;
    plain_.clear();
    return file_.write(packed);
  }

  std::string plain_;
  FileWriter file_;
  Compressor compressor_;
};

/// Names are in the order of the log.
std::string archive_name(std::string_view agent, store::AuditSegment segment) {
  char numbers[64];
  std::snprintf(numbers, sizeof numbers, "-%012lld-%012lld.ndjson.zst", static_cast<long long>(segment.first),
                static_cast<long long>(segment.last));
  return "audit-" + std::string(agent) + numbers;
}

std::string_view text_member(std::string_view event, std::string_view name) {
  const std::string_view value = json::member(event, name);
  return value.size() < 2 ? std::string_view{} : value.substr(1, value.size() - 2);
}

AuditEvent archived_event(const store::AuditArchive& archive) {
  AuditEvent event =
      change_event("audit_archived",
                   "events " + std::to_string(archive.first) + " to " + std::to_string(archive.last) + " were moved to " + archive.file,
                   event_details("first", archive.first, "last", archive.last, "file", archive.file, "last_hash", archive.last_hash));
  event.origin = "serve";
  return event;
}

}  // namespace

Status AuditRetention::start() {
  if (!limits_.any()) return {};
  if (auto status = check_zstd(); !status) return status;
  auto thread = serve::Thread::start("the archives of the audit log", [this] { loop(); });
  if (!thread) return fail(std::move(thread.error()));
  thread_ = std::move(*thread);
  return {};
}

void AuditRetention::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool AuditRetention::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

/// Files that a kill left unfinished.
void AuditRetention::remove_unfinished() const {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory_, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(kUnfinished) && name.ends_with(".tmp")) ::unlink(entry->path().c_str());
  }
}

void AuditRetention::loop() {
  (void)serve::contained("the archives of the audit log", [this] { remove_unfinished(); });
  while (!stopping()) {
    (void)serve::contained("the archives of the audit log", [this] { look(); });
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kBetweenLooks, [this] { return stopping_; });
  }
}

void AuditRetention::look() {
  while (!stopping()) {
    const auto more = archive_next();
    if (!more) return serve::report_trouble("the audit log is not archived", more.error().message());
    if (!*more) return;
  }
}

/// First the file is whole and on the disk, then its events are deleted: killed in between, they are in both, and the next attempt writes
/// the file again.
Result<bool> AuditRetention::archive_next() {
  store::AuditKeep keep;
  if (limits_.keep_ms != 0) keep.from_ms = clock_.now_ms() - limits_.keep_ms;
  if (limits_.most_bytes != 0) keep.most_bytes = limits_.most_bytes;
  const auto segment = store_.audit().expired(agent_, keep);
  if (!segment) return fail(segment.error());
  if (!*segment) return false;
  // The last checkpoint must not be of a time whose events are gone: the next start could not compare them.
  if (auto status = signer_.sign(); !status && status.error().code() != Code::unavailable) return fail(std::move(status.error()));
  auto archive = write(**segment);
  if (!archive) return fail(std::move(archive.error()));
  auto status = store_.run([&](store::Transaction& tx) {
    auto moved = tx.archive_audit(agent_, *archive);
    return moved ? tx.append_audit(agent_, archived_event(*archive)) : moved;
  });
  return status.map([] { return true; });
}

Result<store::AuditArchive> AuditRetention::write(store::AuditSegment segment) {
  if (auto status = serve::make_private_directory(directory_); !status) return fail(std::move(status.error()));
  store::AuditArchive archive{.first = segment.first, .last = segment.last, .file = archive_name(agent_, segment)};
  auto made = FileWriter::open(directory_ + "/" + archive.file);
  if (!made) return fail(std::move(made.error()));
  ArchiveFile file(std::move(*made));
  std::string ts;
  auto status = store_.audit().each(agent_, segment, [&](std::string_view event) {
    archive.last_hash = text_member(event, "hash");
    ts = text_member(event, "ts");
    return file.line(event);
  });
  if (status) status = file.finish();
  if (!status) return fail(std::move(status.error()));
  auto time = parse_rfc3339(ts);
  if (!time) return fail(std::move(time.error()));
  archive.last_ms = *time;
  return archive;
}

}  // namespace facio
