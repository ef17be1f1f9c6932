#include "cli/command_line/key_reader.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace facio {
namespace {

constexpr int kForever = -1;
/// Longer than the bytes of one key are apart, even far away.
constexpr int kEscapeMs = 100;
constexpr std::size_t kLongestSequence = 32;
constexpr std::string_view kPasteEnd = "\x1b[201~";

/// Ctrl-A to Ctrl-Z and the rest below the blank, where they are keys of their own.
constexpr Key control_key(char c) {
  switch (c) {
    case 'A' - 64: return Key::home;
    case 'B' - 64: return Key::left;
    case 'D' - 64: return Key::end_of_input;
    case 'E' - 64: return Key::end;
    case 'F' - 64: return Key::right;
    case 'H' - 64: return Key::erase_left;
    case 'J' - 64:
    case 'M' - 64: return Key::enter;
    case 'K' - 64: return Key::cut_to_end;
    case 'L' - 64: return Key::redraw;
    case 'N' - 64: return Key::down;
    case 'P' - 64: return Key::up;
    case 'U' - 64: return Key::cut_to_start;
    case 'W' - 64: return Key::cut_blank_word;
    case 'Y' - 64: return Key::put_back;
    case 0x7f: return Key::erase_left;
    default: return Key::none;
  }
}

constexpr Key alt_key(char c) {
  switch (c) {
    case 'b': return Key::word_left;
    case 'f': return Key::word_right;
    case 'd': return Key::cut_word_right;
    case '\r':
    case '\n': return Key::newline;
    case 'H' - 64:
    case 0x7f: return Key::cut_word_left;
    default: return Key::none;
  }
}

constexpr Key letter_key(char last, bool with_modifier) {
  switch (last) {
    case 'A': return Key::up;
    case 'B': return Key::down;
    case 'C': return with_modifier ? Key::word_right : Key::right;
    case 'D': return with_modifier ? Key::word_left : Key::left;
    case 'H': return Key::home;
    case 'F': return Key::end;
    default: return Key::none;
  }
}

Key number_key(std::string_view number) {
  if (number == "1" || number == "7") return Key::home;
  if (number == "4" || number == "8") return Key::end;
  return number == "3" ? Key::erase_right : Key::none;
}

/// Pasted text as a message has it: line feeds between lines, and no control characters but the tab.
std::string cleaned(std::string_view pasted) {
  std::string text;
  for (std::size_t i = 0; i < pasted.size(); ++i) {
    const char c = pasted[i];
    if (c == '\r' && i + 1 < pasted.size() && pasted[i + 1] == '\n') continue;
    if (c == '\r') text += '\n';
    else if (c == '\n' || c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)) text += c;
  }
  return text;
}

}  // namespace

bool KeyReader::more() const {
  if (at_ < waiting_.size()) return true;
  pollfd watched{fd_, POLLIN, 0};
  return ::poll(&watched, 1, 0) > 0;
}

bool KeyReader::byte(const HeldSignals& signals, char& to, int timeout_ms, KeyPress& why) {
  while (at_ == waiting_.size()) {
    if (const int came = signals.wait(fd_, timeout_ms); came != HeldSignals::kReady) {
      why = came == HeldSignals::kLate ? KeyPress{} : KeyPress{.key = Key::signal, .signal = came};
      return false;
    }
    std::array<char, 4096> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
    const ssize_t got = ::read(fd_, bytes.data(), bytes.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) {
      why = {.key = Key::gone};
      return false;
    }
    waiting_.assign(bytes.data(), static_cast<std::size_t>(got));
    at_ = 0;
  }
  to = waiting_[at_++];
  return true;
}

KeyPress KeyReader::next(const HeldSignals& signals) {
  KeyPress why;
  char c = 0;
  if (!byte(signals, c, kForever, why)) return why;
  if (c == 0x1b) return escape(signals);
  if (c == 'V' - 64) {  // the next byte as it is
    if (!byte(signals, c, kForever, why)) return why;
    return {.key = Key::text, .text = std::string(1, c)};
  }
  if (c == '\t') return {};
  if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return {.key = control_key(c)};
  return character(signals, c);
}

KeyPress KeyReader::character(const HeldSignals& signals, char first) {
  const auto lead = static_cast<unsigned char>(first);
  KeyPress press{.key = Key::text, .text = std::string(1, first)};
  KeyPress why;
  for (int left = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0; left > 0; --left) {
    char c = 0;
    if (!byte(signals, c, kEscapeMs, why)) break;
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      --at_;
      break;
    }
    press.text += c;
  }
  return press;
}

KeyPress KeyReader::escape(const HeldSignals& signals) {
  KeyPress why;
  char c = 0;
  if (!byte(signals, c, kEscapeMs, why)) return why;
  if (c == '[') return sequence(signals);
  if (c != 'O') return {.key = alt_key(c)};
  if (!byte(signals, c, kEscapeMs, why)) return why;
  return {.key = letter_key(c, false)};
}

KeyPress KeyReader::sequence(const HeldSignals& signals) {
  KeyPress why;
  std::string parameters;
  for (char c = 0; byte(signals, c, kEscapeMs, why);) {
    if (c >= 0x40 && c <= 0x7e) {
      if (c != '~') return {.key = letter_key(c, parameters.find(';') != std::string::npos)};
      if (parameters == "200") return paste(signals);
      return {.key = number_key(std::string_view(parameters).substr(0, parameters.find(';')))};
    }
    parameters += c;
    if (parameters.size() > kLongestSequence) return {};
  }
  return why;
}

KeyPress KeyReader::paste(const HeldSignals& signals) {
  std::string pasted;
  KeyPress why;
  while (!pasted.ends_with(kPasteEnd)) {
    char c = 0;
    if (!byte(signals, c, kForever, why)) {
      if (why.key == Key::signal && why.signal == SIGWINCH) continue;  // the size is asked for at every drawing
      return why;
    }
    // What is too much is dropped; its end must be seen all the same.
    if (pasted.size() >= most_ + kPasteEnd.size()) pasted.erase(most_, 1);
    pasted += c;
  }
  pasted.resize(pasted.size() - kPasteEnd.size());
  return {.key = Key::text, .text = cleaned(pasted)};
}

}  // namespace facio
