#include "commands/facio/audit/client/cursor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio::audit {
namespace {

constexpr std::size_t kRecord = 512;  ///< one block of the disk: written whole or not at all

volatile std::sig_atomic_t guarded = -1;

void end_safely(int number) {
  if (guarded >= 0) (void)::fsync(guarded);
  (void)std::signal(number, SIG_DFL);
  (void)::raise(number);
}

}  // namespace

Cursor Cursor::of(const Event& event, std::string agent) {
  const EventFields fields = fields_of(event.json);
  Cursor cursor{event.ts_ms, event.id, 0, {}, std::move(agent)};
  if (fields.hash.size() >= 18 && read_number(fields.seq, cursor.seq)) cursor.hash = fields.hash.substr(1, 16);
  return cursor;
}

std::string Cursor::text() const {
  char numbers[96];
  (void)std::snprintf(numbers, sizeof numbers, "c1.%lld.%016llx.%lld.", static_cast<long long>(ts_ms), static_cast<unsigned long long>(id),
                      static_cast<long long>(seq));
  return numbers + (hash.empty() ? "0" : hash) + "." + percent_encode(agent);
}

Result<Cursor> Cursor::parse(std::string_view text, const std::string& shown) {
  Cursor cursor;
  const std::vector<std::string_view> parts = split(text, '.', 6);
  bool good = parts.size() == 6 && parts[0] == "c1" && read_number(parts[1], cursor.ts_ms) && read_number(parts[2], cursor.id, 16) &&
              read_number(parts[3], cursor.seq);
  if (good && parts[4] != "0") {
    cursor.hash = parts[4];
    good = cursor.hash.size() == 16 && cursor.hash.find_first_not_of("0123456789abcdef") == std::string::npos;
  }
  const auto agent = good ? percent_decode(parts[5], false) : Result<std::string>();
  if (!good || !agent)
    return fail_field(Code::usage, shown, shown + ": '" + std::string(text) + "' is not a cursor; --show-cursor prints one");
  cursor.agent = *agent;
  return cursor;
}

Result<std::vector<Cursor>> parse_cursors(std::string_view text, const std::string& shown) {
  std::vector<Cursor> cursors;
  for (const std::string_view one : split_terminated(text, ',')) {
    auto cursor = Cursor::parse(one, shown);
    if (!cursor) return fail(std::move(cursor.error()));
    cursors.push_back(std::move(*cursor));
  }
  return cursors;
}

std::string joined(const std::vector<Cursor>& cursors) {
  std::string text;
  for (const Cursor& cursor : cursors)
    if (cursor.ts_ms != 0) text += (text.empty() ? "" : ",") + cursor.text();
  return text;
}

CursorFile::~CursorFile() {
  if (!fd_) return;
  if (guarded == fd_.get()) guarded = -1;
  (void)sync();
}

Result<CursorFile> CursorFile::open(const std::string& path) {
  CursorFile file;
  file.path_ = path;
  const auto refuse = [&path](const std::string& why, Code code = Code::output) {
    return fail_field(code, "--cursor-file", "--cursor-file: " + path + ": " + why);
  };
  // Changed in place, so it must be a file; a link to one is followed.
  const auto behind = file_behind(path);
  if (!behind) return fail_field(Code::output, "--cursor-file", "--cursor-file: " + behind.error().message());
  file.fd_ = Descriptor(::open(behind->c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600));
  if (!file.fd_) return refuse(system_reason(errno));
  struct stat status {};
  if (::fstat(file.fd_.get(), &status) != 0 || !S_ISREG(status.st_mode)) return refuse("is not a file");
  if (status.st_size > 256 * 1024) return refuse("contains no cursor", Code::usage);
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  if (!text.empty() && ::pread(file.fd_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return refuse("cannot be read");
  text.erase(text.find_last_not_of(" \n") + 1);
  if (auto cursors = parse_cursors(text, "--cursor-file"); !cursors)
    return refuse("contains no cursor; remove it to start over", Code::usage);
  file.held_ = std::move(text);
  return file;
}

Status CursorFile::save(const std::string& cursors) {
  if (!fd_ || cursors == held_) return {};
  const std::size_t size = (cursors.size() + kRecord) / kRecord * kRecord;
  const std::string record = cursors + std::string(size - 1 - cursors.size(), ' ') + "\n";
  if (::pwrite(fd_.get(), record.data(), record.size(), 0) != static_cast<ssize_t>(record.size()))
    return fail(Code::output, "cannot write the cursor to " + path_ + ": " + system_reason(errno));
  if (held_.size() >= record.size()) (void)!::ftruncate(fd_.get(), static_cast<off_t>(record.size()));
  held_ = cursors;
  dirty_ = true;
  const std::int64_t now = now_ms();
  if (now - synced_ms_ < 1000) return {};
  synced_ms_ = now;
  return sync();
}

Status CursorFile::sync() {
  if (!fd_ || !dirty_) return {};
  dirty_ = false;
  if (::fdatasync(fd_.get()) != 0) return fail(Code::output, "cannot write the cursor to " + path_ + ": " + system_reason(errno));
  return {};
}

void CursorFile::guard() const {
  if (!fd_) return;
  guarded = fd_.get();
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    struct sigaction action {};
    action.sa_handler = end_safely;
    (void)::sigaction(number, &action, nullptr);
  }
}

}  // namespace facio::audit
