#include "commands/facio/audit/client/cursor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <utility>

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

std::string padded(const std::string& text) {
  const std::size_t size = (text.size() + kRecord) / kRecord * kRecord;
  return text + std::string(size - 1 - text.size(), ' ') + "\n";
}

}  // namespace

Cursor Cursor::of(const Event& event, std::string agent) {
  EventFields fields;
  (void)read_fields(event.json, fields);
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
  const auto refuse = [&] {
    return fail_field(Code::usage, shown, shown + ": '" + std::string(text) + "' is no cursor; --show-cursor prints one");
  };
  std::string_view parts[5], rest = text;
  if (!rest.starts_with("c1.")) return refuse();
  rest.remove_prefix(3);
  for (std::size_t i = 0; i < 5; ++i) {
    parts[i] = i == 4 ? rest : rest.substr(0, rest.find('.'));
    rest.remove_prefix(std::min(rest.size(), parts[i].size() + 1));
  }
  if (!read_number(parts[0], cursor.ts_ms) || !read_number(parts[1], cursor.id, 16) || !read_number(parts[2], cursor.seq)) return refuse();
  if (parts[3] != "0") {
    if (parts[3].size() != 16 || parts[3].find_first_not_of("0123456789abcdef") != std::string_view::npos) return refuse();
    cursor.hash = parts[3];
  }
  const auto agent = percent_decode(parts[4], false);
  if (!agent) return refuse();
  cursor.agent = *agent;
  return cursor;
}

Result<std::vector<Cursor>> parse_cursors(std::string_view text, const std::string& shown) {
  std::vector<Cursor> cursors;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    auto cursor = Cursor::parse(one, shown);
    if (!cursor) return fail(std::move(cursor.error()));
    cursors.push_back(std::move(*cursor));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
  }
  return cursors;
}

std::string joined(const std::vector<Cursor>& cursors) {
  std::string text;
  for (const Cursor& cursor : cursors) {
    if (cursor.ts_ms == 0) continue;
    if (!text.empty()) text += ',';
    text += cursor.text();
  }
  return text;
}

CursorFile::CursorFile(CursorFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      held_(std::move(other.held_)),
      synced_ms_(other.synced_ms_),
      dirty_(other.dirty_) {}

CursorFile& CursorFile::operator=(CursorFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(held_, other.held_);
  std::swap(synced_ms_, other.synced_ms_);
  std::swap(dirty_, other.dirty_);
  return *this;
}

CursorFile::~CursorFile() {
  if (fd_ < 0) return;
  if (guarded == fd_) guarded = -1;
  (void)sync();
  ::close(fd_);
}

Result<CursorFile> CursorFile::open(const std::string& path) {
  CursorFile file;
  file.path_ = path;
  const auto refuse = [&path](const std::string& why) {
    return fail_field(Code::usage, "--cursor-file", "--cursor-file: " + path + ": " + why);
  };
  file.fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file.fd_ < 0) return refuse(system_reason(errno));
  struct stat status {};
  if (::fstat(file.fd_, &status) != 0 || !S_ISREG(status.st_mode)) return refuse("is no file");
  if (status.st_size > 256 * 1024) return refuse("holds no cursor");
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  if (!text.empty() && ::pread(file.fd_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) return refuse("cannot be read");
  text.erase(text.find_last_not_of(" \n") + 1);
  if (auto cursors = parse_cursors(text, "--cursor-file"); !cursors) return refuse("holds no cursor; remove it to begin anew");
  file.held_ = std::move(text);
  return file;
}

Status CursorFile::save(const std::string& cursors) {
  if (fd_ < 0 || cursors == held_) return {};
  const std::string record = padded(cursors);
  if (::pwrite(fd_, record.data(), record.size(), 0) != static_cast<ssize_t>(record.size()))
    return fail(Code::output, "cannot write the cursor to " + path_ + ": " + system_reason(errno));
  if (held_.size() >= record.size()) (void)!::ftruncate(fd_, static_cast<off_t>(record.size()));
  held_ = cursors;
  dirty_ = true;
  const std::int64_t now = now_ms();
  if (now - synced_ms_ < 1000) return {};
  synced_ms_ = now;
  return sync();
}

Status CursorFile::sync() {
  if (fd_ < 0 || !dirty_) return {};
  dirty_ = false;
  if (::fdatasync(fd_) != 0) return fail(Code::output, "cannot write the cursor to " + path_ + ": " + system_reason(errno));
  return {};
}

void CursorFile::guard() const {
  if (fd_ < 0) return;
  guarded = fd_;
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    struct sigaction action {};
    action.sa_handler = end_safely;
    (void)::sigaction(number, &action, nullptr);
  }
}

}  // namespace facio::audit
