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
#include "cli/files/zstd.hpp"

namespace facio::audit {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;
constexpr std::size_t kMostCounted = 2 * kBlock;
constexpr std::size_t kLongestLine = std::size_t{64} << 20;

tl::unexpected<Error> unreadable(const std::string& path, const std::string& why) {
  return fail_field(Code::usage, "--file", "--file: " + path + ": " + why);
}

/// Joins pieces that may end anywhere into blocks of whole lines.
class LineBlocks {
 public:
  explicit LineBlocks(const VisitBlock& visit) : visit_(visit) {}
  Result<bool> add(std::string_view piece) {
    const auto feed = piece.rfind('\n');
    if (feed == std::string_view::npos) {
      rest_ += piece;
      if (rest_.size() > kLongestLine) return fail(Code::rejected, "a line is longer than 64 MiB; this is not a file of events");
      return true;
    }
    rest_ += piece.substr(0, feed + 1);
    auto going = visit_(rest_);
    rest_.assign(piece.substr(feed + 1));
    return going;
  }
  Status end() {
    return rest_.empty() ? Status{} : visit_(rest_).map([](bool) {});
  }

 private:
  const VisitBlock& visit_;
  std::string rest_;
};

Status read_pieces(int fd, const std::string& path, const VisitBlock& visit) {
  std::string block(kBlock, '\0');
  LineBlocks blocks(visit);
  Decompressor decompressor;
  bool first = true, packed = false;
  for (;;) {
    const ssize_t got = read_some(fd, block.data(), block.size());
    if (got < 0) return unreadable(path, system_reason(errno));
    if (got == 0) break;
    const std::string_view piece(block.data(), static_cast<std::size_t>(got));
    if (first) packed = is_zstd(piece);
    first = false;
    auto going = packed ? decompressor.add(piece, [&blocks](std::string_view plain) { return blocks.add(plain); }) : blocks.add(piece);
    if (!going) return going.error().code() == Code::rejected ? unreadable(path, going.error().message()) : fail(std::move(going.error()));
    if (!*going) return {};
  }
  if (packed && !decompressor.complete()) return unreadable(path, "the compressed data end too early");
  return blocks.end();
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
  if (head == 4 && is_zstd({magic, 4})) return read_pieces(fd.get(), path, visit);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return {};
  void* const data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd.get(), 0);
  if (data == MAP_FAILED) return read_pieces(fd.get(), path, visit);
  auto going = visit({static_cast<const char*>(data), size});
  (void)::munmap(data, size);
  return going.map([](bool) {});
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

Result<bool> Scanner::check(std::string_view line, std::string_view block, const VisitLine& visit) {
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
    auto going = check(line, block, visit);
    if (!going || !*going) return going;
  }
  if (bad_ == 0 && block.size() <= kMostCounted) lines_before_ += count_lines(block);  // one block of several
  return true;
}

Status warn_of_bad_lines(Client& client, const Scanner& scanner) {
  if (scanner.bad_lines() == 0) return {};
  return client.streams().err.write("facioctl: warning: " + std::to_string(scanner.bad_lines()) +
                                    (scanner.bad_lines() == 1 ? " line is" : " lines are") +
                                    " not a JSON object and skipped; the first is line " + std::to_string(scanner.first_bad_line()) + "\n");
}

Result<int> show_file(Client& client, const Filter& filter, bool all) {
  const Invocation& invocation = client.invocation();
  for (const std::string_view flag : {"cursor", "after_cursor", "cursor_file", "show_cursor", "group", "all_contexts"})
    if (invocation.given(flag)) return fail_field(Code::usage, "--file", "--file: cursors and groups work only with agents");
  auto range = LogRange::from(invocation, CursorFile(), all);
  if (!range) return fail(std::move(range.error()));
  if (!invocation.given("lines") && !filter.empty()) range->lines.reset();  // a search covers the whole file
  auto printer = Printer::make(client, {}, false);
  if (!printer) return fail(std::move(printer.error()));
  Scanner scanner(filter);
  std::deque<Event> last;
  const auto print = [&](std::string_view line, const EventFields& fields) -> Result<bool> {
    Event event{std::string(line), time_of(fields), 0};
    if (!range->lines) return printer->event(event).map([] { return true; });
    last.push_back(std::move(event));
    if (last.size() > *range->lines) last.pop_front();
    return true;
  };
  auto status = read_blocks(std::string(invocation.value("file")), [&](std::string_view block) { return scanner.scan(block, print); });
  for (std::size_t i = 0; status && i < last.size(); ++i) status = printer->event(last[i]);
  if (status) status = warn_of_bad_lines(client, scanner);
  return status.and_then([&] { return printer->finish(); });
}

}  // namespace facio::audit
