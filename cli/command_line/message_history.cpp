#include "cli/command_line/message_history.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cli/contexts/contexts.hpp"
#include "cli/core/files.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr std::size_t kMostMessages = 1000, kMostBytes = 1024 * 1024, kLongestMessage = 64 * 1024;
constexpr std::size_t kLongestName = 100;

std::string line_of(std::string_view message) {
  std::string line;
  for (const char c : message) {
    if (c == '\\') line += "\\\\";
    else if (c == '\n') line += "\\n";
    else line += c;
  }
  return line + "\n";
}

std::string message_of(std::string_view line) {
  std::string message;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) message += line[i];
    else message += line[++i] == 'n' ? '\n' : line[i];
  }
  return message;
}

}  // namespace

std::string history_file(const Environment& environment, std::string_view agent) {
  const std::string_view state = environment.get(Variable::xdg_state_home);
  const std::string directory = state.starts_with('/') ? std::string(state) : home_directory(environment) + "/.local/state";
  std::string name;
  for (const char c : agent.substr(0, kLongestName)) name += is_alphanumeric(c) || c == '-' || c == '_' ? c : '.';
  while (name.starts_with('.')) name.erase(0, 1);
  return directory.starts_with('/') && !name.empty() ? directory + "/facioctl/chat/" + name : std::string();
}

MessageHistory::MessageHistory(std::string path) : path_(std::move(path)) {
  if (!path_.empty()) read();
}

void MessageHistory::read() {
  const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct ::stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != ::geteuid()) return;
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > kMostBytes) (void)::lseek(file.get(), static_cast<off_t>(size - kMostBytes), SEEK_SET);
  std::string text;
  if (!read_all(file.get(), text, 2 * kMostBytes)) return;
  std::vector<std::string_view> lines = split_terminated(text);
  if (size > kMostBytes && !lines.empty()) lines.erase(lines.begin());  // half a line
  const bool too_many = size > kMostBytes || lines.size() > kMostMessages;
  if (lines.size() > kMostMessages / 2 && too_many)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kMostMessages / 2));
  std::string kept;
  for (const std::string_view line : lines) {
    messages_.push_back(message_of(line));
    if (too_many) kept.append(line).append("\n");
  }
  if (too_many) (void)replace_file(path_, kept, 0600, Durable::no);
}

Status MessageHistory::add(const std::string& message) {
  if (message.empty() || message.front() == ' ' || message.size() > kLongestMessage) return {};
  if (!messages_.empty() && messages_.back() == message) return {};
  messages_.push_back(message);
  if (messages_.size() > kMostMessages) messages_.erase(messages_.begin());
  if (path_.empty()) return {};
  if (auto made = make_directories_above(path_); !made) return made;
  const Descriptor file(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  struct ::stat status {};
  const bool good = file && ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) && ::fchmod(file.get(), 0600) == 0;
  if (good && write_all(file.get(), line_of(message))) return {};
  return fail(Code::output, "cannot write " + path_ + ": " + system_reason(errno));
}

}  // namespace facio
