#include "cli/command_line/terminal_input.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "cli/command_line/held_signals.hpp"
#include "cli/core/files.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr std::size_t kLongestAnswer = 4096, kLongestSecret = 1024 * 1024;
constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

/// Turns echo off and reads byte by byte: the terminal's own line buffer silently drops what exceeds 4095 bytes.
class NoEcho {
 public:
  explicit NoEcho(int fd) : fd_(fd) {
    if (::tcgetattr(fd, &before_) != 0) return;
    struct termios changed = before_;
    changed.c_lflag &= static_cast<tcflag_t>(~(ECHO | ECHONL | ICANON));
    changed.c_cc[VMIN] = 1;
    changed.c_cc[VTIME] = 0;
    set_ = ::tcsetattr(fd, TCSAFLUSH, &changed) == 0;
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  ~NoEcho() {
    if (set_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  [[nodiscard]] bool set() const { return set_; }

 private:
  int fd_;
  bool set_ = false;
  struct termios before_ {};
};

void erase_character(std::string& line) {
  while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xc0) == 0x80) line.pop_back();
  if (!line.empty()) line.pop_back();
}

/// What a key below the blank would have put into the line unseen.
std::string key_name(char byte) {
  return byte == '\t' ? "Tab" : byte == 0x1b ? "Escape or an arrow" : std::string("Ctrl-") + static_cast<char>(byte + 64);
}

void erase_word(std::string& line) {
  while (!line.empty() && is_blank(line.back())) line.pop_back();
  while (!line.empty() && !is_blank(line.back())) line.pop_back();
}

/// How reading a hidden line ended.
struct HiddenEnd {
  int signal = 0;       ///< that came; 0: none
  std::string refused;  ///< the key that was pressed and that no secret has; what was typed is dropped
};

/// A sequence of bytes that one key sends, such as an arrow, after its Escape.
void skip_sequence(int fd, const HeldSignals& signals) {
  char byte = 0;
  for (int i = 0; i < 32 && signals.wait(fd, 50) == HeldSignals::kReady && ::read(fd, &byte, 1) == 1; ++i)
    if (byte == '\n' || byte == '\r' || (i > 0 && byte >= 0x40 && byte <= 0x7e) || (i == 0 && byte != '[' && byte != 'O')) return;
}

HiddenEnd read_line(int fd, const HeldSignals& signals, std::string& line) {
  constexpr char kEnd = 0x04, kBackspace = 0x08, kWord = 0x17, kKill = 0x15, kEscape = 0x1b, kDelete = 0x7f;
  line.clear();
  while (line.size() < kLongestSecret) {
    if (const int signal = signals.wait(fd); signal != HeldSignals::kReady) return {.signal = signal};
    char byte = 0;
    const ssize_t got = ::read(fd, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || byte == '\n' || byte == '\r' || byte == kEnd) return {};
    if (byte == kBackspace || byte == kDelete) erase_character(line);
    else if (byte == kKill) line.clear();
    else if (byte == kWord) erase_word(line);
    else if (static_cast<unsigned char>(byte) >= 0x20) line += byte;
    else {
      if (byte == kEscape) skip_sequence(fd, signals);
      explicit_bzero(line.data(), line.size());
      line.clear();
      return {.refused = key_name(byte)};
    }
  }
  return {};
}

Descriptor terminal() { return Descriptor(::open("/dev/tty", O_RDONLY | O_CLOEXEC)); }

}  // namespace

Result<std::optional<std::string>> ask_line(const std::string& question, Streams& streams) {
  if (auto status = streams.err.write(question); !status) return fail(std::move(status.error()));
  if (auto status = streams.err.flush(); !status) return fail(std::move(status.error()));
  const Descriptor fd = terminal();
  std::optional<std::string> line;
  char byte = 0;
  while (fd) {
    if (read_some(fd.get(), &byte, 1) <= 0) break;
    if (!line) line.emplace();
    if (byte == '\n') break;
    if (line->size() < kLongestAnswer) *line += byte;
  }
  return line;
}

Result<std::string> read_hidden_line(const std::string& prompt, Streams& streams) {
  const Descriptor fd = terminal();
  if (!fd) return fail(Code::usage, "there is no terminal for a prompt");
  std::string line;
  line.reserve(4096);  // no copies of what is typed
  for (;;) {
    HiddenEnd end;
    {
      const HeldSignals signals(kSignals);
      const NoEcho no_echo(fd.get());
      if (!no_echo.set()) return fail(Code::usage, "cannot turn off echo on this terminal");
      for (std::string refusal;; refusal = "\n" + end.refused + " cannot be part of it; type it again from the start\n") {
        (void)streams.err.write(refusal + prompt);
        (void)streams.err.flush();
        end = read_line(fd.get(), signals, line);
        if (end.refused.empty()) break;
        ::tcflush(fd.get(), TCIFLUSH);  // what was typed after it is a part of the old line
      }
    }
    (void)streams.err.write("\n");
    (void)streams.err.flush();
    if (end.signal == 0) return line;
    (void)::raise(end.signal);  // comes back only after a stop
  }
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
