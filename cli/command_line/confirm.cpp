#include "cli/command_line/confirm.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace facio {
namespace {

/// One line from the terminal, byte by byte so that nothing behind it is lost; empty at the end of input.
std::string read_terminal_line() {
  const int fd = ::open("/dev/tty", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::string line;
  char byte = 0;
  while (line.size() < 1024) {
    const ssize_t got = ::read(fd, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || byte == '\n') break;
    line += byte;
  }
  ::close(fd);
  return line;
}

Status prompt(const std::string& question, Streams& streams) {
  if (auto status = streams.err.write(question); !status) return status;
  return streams.err.flush();
}

}  // namespace

Status ask(std::string_view what, const Context& context, const GlobalOptions& options, Streams& streams) {
  const bool terminal = streams.in.is_terminal() && streams.err.is_terminal();
  const std::string action(what);
  std::string phrase = action;  // inside a sentence: "delete a cron job x"
  if (!phrase.empty() && phrase[0] >= 'A' && phrase[0] <= 'Z') phrase[0] = static_cast<char>(phrase[0] - 'A' + 'a');
  if (!options.yes_name.empty()) {
    if (options.yes_name == context.name) return {};
    return fail_field(
        Code::usage, "--yes",
        "--yes=" + options.yes_name + " does not name the context in use" + (context.name.empty() ? "" : ", " + context.name));
  }
  if (context.is_protected) {
    if (options.yes || !terminal)
      return fail(Code::forbidden, "context " + context.name + " is protected; it must be named to " + phrase, "--yes=" + context.name);
    if (auto status = prompt(action + "? Context " + context.name + " is protected; type its name: ", streams); !status) return status;
    if (read_terminal_line() == context.name) return {};
    return fail(Code::cancelled, "not confirmed; nothing was changed");
  }
  if (options.yes) return {};
  if (!terminal) return fail_field(Code::usage, "--yes", "--yes is needed to " + phrase + " where nobody can be asked");
  if (auto status = prompt(action + "? [y/N] ", streams); !status) return status;
  const std::string answer = read_terminal_line();
  if (answer == "y" || answer == "Y" || answer == "yes" || answer == "Yes") return {};
  return fail(Code::cancelled, "not confirmed; nothing was changed");
}

}  // namespace facio
