#include "cli/command_line/terminal_line.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace facio {
namespace {

constexpr std::size_t kLongest = 4096;

}  // namespace

Result<std::optional<std::string>> ask_line(const std::string& question, Streams& streams) {
  if (auto status = streams.err.write(question); !status) return fail(std::move(status.error()));
  if (auto status = streams.err.flush(); !status) return fail(std::move(status.error()));
  const int fd = ::open("/dev/tty", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::optional<std::string>{};
  std::optional<std::string> line;
  char byte = 0;
  for (;;) {
    const ssize_t got = ::read(fd, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    if (!line) line.emplace();
    if (byte == '\n') break;
    if (line->size() < kLongest) *line += byte;
  }
  ::close(fd);
  return line;
}

Result<std::size_t> ask_choice(const std::string& question, std::span<const std::string_view> words, bool accessible, Streams& streams) {
  std::string shown = accessible ? "" : question;
  for (std::size_t i = 0; accessible && i < words.size(); ++i) shown += std::to_string(i + 1) + ". " + std::string(words[i]) + "\n";
  if (accessible) shown += "Type a number from 1 to " + std::to_string(words.size()) + " and press Enter: ";
  for (;;) {
    auto answer = ask_line(shown, streams);
    if (!answer) return fail(std::move(answer.error()));
    if (!*answer) return words.size() - 1;
    for (std::size_t i = 0; i < words.size() && !(*answer)->empty(); ++i)
      if (**answer == std::to_string(i + 1) || words[i].starts_with(**answer)) return i;
  }
}

}  // namespace facio
