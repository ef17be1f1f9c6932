#include "commands/facio/audit/client/file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>

#include "cli/core/files.hpp"
#include "cli/core/json_scan.hpp"
#include "commands/facio/audit/client/log.hpp"
#include "commands/facio/audit/client/printer.hpp"
#include "commands/facio/audit/client/zstd.hpp"

namespace facio::audit {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;
constexpr std::size_t kMostCounted = 2 * kBlock;
constexpr std::size_t kLongestLine = std::size_t{64} << 20;

tl::unexpected<Error> unreadable(const std::string& path, const std::string& why) {
  return fail_field(Code::usage, "--file", "--file: " + path + ": " + why);
}

/// Collects pieces that end anywhere into blocks of whole lines.
class Pieces {
 public:
  explicit Pieces(const VisitBlock& visit) : visit_(visit) {}
  Result<bool> add(std::string_view piece) {
    const auto feed = piece.rfind('\n');
    if (feed == std::string_view::npos) {
      rest_ += piece;
      if (rest_.size() > kLongestLine) return fail(Code::rejected, "a line is longer than 64 MiB: this is no file of events");
      return true;
    }
    rest_ += piece.substr(0, feed + 1);
    auto going = visit_(rest_);
    rest_.assign(piece.substr(feed + 1));
    return going;
  }
  Status end() {
    if (rest_.empty()) return {};
    auto going = visit_(rest_);
    return going ? Status{} : fail(std::move(going.error()));
  }

 private:
  const VisitBlock& visit_;
  std::string rest_;
};

Status read_pieces(int fd, const std::string& path, const VisitBlock& visit) {
  std::string block(kBlock, '\0');
  Pieces pieces(visit);
  Unpacker unpacker;
  bool first = true, packed = false;
  for (;;) {
    const ssize_t got = ::read(fd, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path, system_reason(errno));
    if (got == 0) break;
    const std::string_view piece(block.data(), static_cast<std::size_t>(got));
    if (first) packed = is_packed(piece);
    first = false;
    auto going = packed ? unpacker.unpack(piece, [&pieces](std::string_view plain) { return pieces.add(plain); }) : pieces.add(piece);
    if (!going) return going.error().code() == Code::rejected ? unreadable(path, going.error().message()) : fail(std::move(going.error()));
    if (!*going) return {};
  }
  if (packed && !unpacker.whole()) return unreadable(path, "the compressed data end too early");
  return pieces.end();
}

std::string_view line_at(std::string_view block, std::size_t at) {
  const char* const begin = static_cast<const char*>(::memrchr(block.data(), '\n', at));
  const std::size_t first = begin == nullptr ? 0 : static_cast<std::size_t>(begin - block.data()) + 1;
  const char* const end = static_cast<const char*>(std::memchr(block.data() + at, '\n', block.size() - at));
  const std::size_t last = end == nullptr ? block.size() : static_cast<std::size_t>(end - block.data());
  return block.substr(first, last - first);
}

bool contains(std::string_view text, const std::string& needle) {
  return ::memmem(text.data(), text.size(), needle.data(), needle.size()) != nullptr;
}

std::size_t count_lines(std::string_view text) { return static_cast<std::size_t>(std::ranges::count(text, '\n')); }

}  // namespace

Status read_blocks(const std::string& path, const VisitBlock& visit) {
  if (path == "-") return read_pieces(0, "standard input", visit);
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return unreadable(path, system_reason(errno));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return unreadable(path, system_reason(errno));
  if (S_ISDIR(status.st_mode)) return unreadable(path, "is a directory");
  if (!S_ISREG(status.st_mode)) return read_pieces(fd.get(), path, visit);
  char magic[4];
  const ssize_t head = ::pread(fd.get(), magic, sizeof magic, 0);
  if (head == 4 && is_packed({magic, 4})) return read_pieces(fd.get(), path, visit);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return {};
  void* const data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd.get(), 0);
  if (data == MAP_FAILED) return read_pieces(fd.get(), path, visit);
  auto going = visit({static_cast<const char*>(data), size});
  (void)::munmap(data, size);
  return going ? Status{} : fail(std::move(going.error()));
}

Scanner::Scanner(const Filter& filter, bool shallow) : filter_(filter), needles_(filter.needles()), shallow_(shallow) {
  for (const auto& set : needles_)
    if (set.size() == 1 && set.front().size() > rarest_.size()) rarest_ = set.front();
}

bool Scanner::may_match(std::string_view line) const {
  return std::ranges::all_of(needles_, [line](const std::vector<std::string>& set) {
    return std::ranges::any_of(set, [line](const std::string& needle) { return contains(line, needle); });
  });
}

Result<bool> Scanner::look(std::string_view line, std::string_view block, const VisitLine& visit) {
  if (line.empty() || line.find_first_not_of(" \t\r") == std::string_view::npos || !may_match(line)) return true;
  EventFields fields;
  const bool read = read_fields(line, fields);
  if (read && !filter_.matches(line, fields)) return true;
  if (!read || (!shallow_ && !json::check_json(line))) {
    if (++bad_ == 1) first_bad_ = lines_before_ + count_lines(block.substr(0, static_cast<std::size_t>(line.data() - block.data()))) + 1;
    return true;
  }
  return visit(line, fields);
}

Result<bool> Scanner::scan(std::string_view block, const VisitLine& visit) {
  std::size_t at = 0;
  while (at < block.size()) {
    if (!rarest_.empty()) {
      const auto* const hit = static_cast<const char*>(::memmem(block.data() + at, block.size() - at, rarest_.data(), rarest_.size()));
      if (hit == nullptr) break;
      at = static_cast<std::size_t>(hit - block.data());
    }
    const std::string_view line = line_at(block, at);
    at = static_cast<std::size_t>(line.data() - block.data()) + line.size() + 1;
    auto going = look(line, block, visit);
    if (!going || !*going) return going;
  }
  if (bad_ == 0 && block.size() <= kMostCounted) lines_before_ += count_lines(block);  // one of several
  return true;
}

Result<bool> Scanner::scan_back(std::string_view block, const VisitLine& visit) {
  while (!block.empty()) {
    if (block.back() == '\n') block.remove_suffix(1);
    const auto feed = block.rfind('\n');
    const std::string_view line = feed == std::string_view::npos ? block : block.substr(feed + 1);
    auto going = look(line, block, visit);
    if (!going || !*going) return going;
    block = feed == std::string_view::npos ? std::string_view{} : block.substr(0, feed + 1);
  }
  return true;
}

Status tell_bad_lines(Client& client, const Scanner& scanner) {
  if (scanner.bad_lines() == 0) return {};
  const std::string words = std::to_string(scanner.bad_lines()) + (scanner.bad_lines() == 1 ? " line is" : " lines are") +
                            " no JSON object and left out; the first is line " + std::to_string(scanner.first_bad_line());
  return client.streams().err.write("facioctl: warning: " + words + "\n");
}

Result<int> show_file(Client& client, const Filter& filter, bool all) {
  const Invocation& invocation = client.invocation();
  for (const std::string_view flag : {"cursor", "after_cursor", "cursor_file", "show_cursor", "group"})
    if (invocation.given(flag)) return fail_field(Code::usage, "--file", "--file: cursors and groups belong to agents");
  auto wanted = Wanted::from(invocation, CursorFile(), all);
  if (!wanted) return fail(std::move(wanted.error()));
  if (wanted->lines && !invocation.given("lines") && !filter.empty()) wanted->lines.reset();  // a search is for all of it
  auto printer = Printer::make(client, {}, false);
  if (!printer) return fail(std::move(printer.error()));
  Scanner scanner(filter);
  std::deque<Event> last;
  const auto print = [&](std::string_view line, const EventFields& fields) -> Result<bool> {
    Event event{std::string(line), time_of(fields), 0};
    if (wanted->lines) {
      last.push_back(std::move(event));
      if (last.size() > *wanted->lines) last.pop_front();
      return true;
    }
    if (auto status = printer->event(event); !status) return fail(std::move(status.error()));
    return true;
  };
  const std::string path(invocation.value("file"));
  if (auto status = read_blocks(path, [&](std::string_view block) { return scanner.scan(block, print); }); !status)
    return fail(std::move(status.error()));
  for (const Event& event : last)
    if (auto status = printer->event(event); !status) return fail(std::move(status.error()));
  if (auto status = tell_bad_lines(client, scanner); !status) return fail(std::move(status.error()));
  return printer->finish();
}

}  // namespace facio::audit
