#include "commands/serve/handover.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

// "PID URL FD FD …". With the process's own id, so that a copy of the environment in another process means nothing.
constexpr const char* kVariable = "FACIOCTL_SERVE_HANDOVER";

/// Takes the next word off the front.
std::string_view next_word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::optional<int> number(std::string_view word) {
  int value = 0;
  return read_number(word, value) ? std::optional(value) : std::nullopt;
}

bool listens(int fd) {
  int on = 0;
  socklen_t size = sizeof on;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &size) == 0 && on != 0;
}

void close_on_exec(int fd, bool on) { ::fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0); }

std::string own_file() {
  std::string path(4096, '\0');
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return path;
}

/// The words of the command line; empty when they cannot be read.
std::vector<std::string> own_arguments() {
  std::FILE* file = std::fopen("/proc/self/cmdline", "re");
  if (file == nullptr) return {};
  std::vector<std::string> words;
  std::string word;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) {
    if (c != '\0') {
      word += static_cast<char>(c);
      continue;
    }
    words.push_back(std::move(word));
    word.clear();
  }
  std::fclose(file);
  return words;
}

}  // namespace

std::optional<Listening> handed_over(const Environment& environment) {
  std::string_view text = environment.get(kVariable);
  if (text.empty() || number(next_word(text)) != ::getpid()) return std::nullopt;
  Listening listening;
  listening.url = next_word(text);
  if (listening.url.starts_with("unix:")) listening.unix_path = listening.url.substr(5);
  while (!text.empty()) {
    const auto fd = number(next_word(text));
    if (!fd || !listens(*fd)) return std::nullopt;
    close_on_exec(*fd, true);
    listening.sockets.push_back(*fd);
  }
  if (listening.sockets.empty()) return std::nullopt;
  return listening;
}

Handover::Handover(const Listening& listening) : url_(listening.url), program_(own_file()) {
  for (const int socket : listening.sockets) sockets_.push_back(::fcntl(socket, F_DUPFD_CLOEXEC, 3));
}

Handover::~Handover() {
  for (const int socket : sockets_) ::close(socket);
}

Error Handover::start_again() const {
  std::string note = std::to_string(::getpid()) + " " + url_;
  for (const int socket : sockets_) {
    close_on_exec(socket, false);
    note += " " + std::to_string(socket);
  }
  ::setenv(kVariable, note.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): no other thread is left
  std::vector<std::string> words = own_arguments();
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  // The file may have been replaced by a newer version meanwhile: that one is started. When it is gone, what runs is started again.
  if (!program_.empty()) ::execv(program_.c_str(), arguments.data());
  ::execv("/proc/self/exe", arguments.data());
  return {Code::failed, "cannot start again: " + system_reason(errno)};
}

}  // namespace facio::serve
