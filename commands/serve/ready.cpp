#include "commands/serve/ready.hpp"

#include <cerrno>
#include <unistd.h>

#include "cli/core/json.hpp"

namespace facio::serve {

std::string ready_line(const ReadyFacts& facts) {
  return "ready " + facts.url + " pid=" + std::to_string(facts.pid) + " token-file=" + (facts.token_file.empty() ? "-" : facts.token_file) +
         (facts.ca_file.empty() ? "" : " ca-file=" + facts.ca_file) + " data=" + (facts.data.empty() ? "memory" : facts.data) + " in " +
         std::to_string(facts.took_ms) + "ms\n";
}

std::string ready_json(const ReadyFacts& facts) {
  JsonDocument document = JsonDocument::object();
  document.set_string("url", facts.url);
  document.set_integer("pid", facts.pid);
  if (!facts.token_file.empty()) document.set_string("token_file", facts.token_file);
  if (!facts.ca_file.empty()) document.set_string("ca_file", facts.ca_file);
  if (!facts.data.empty()) document.set_string("data", facts.data);
  if (!facts.context.empty()) document.set_string("context", facts.context);
  document.set_integer("ready_ms", facts.took_ms);
  return document.dump() + "\n";
}

Status write_and_close(int fd, const std::string& text) {
  const ssize_t written = ::write(fd, text.data(), text.size());
  const int error = errno;
  ::close(fd);
  if (written == static_cast<ssize_t>(text.size())) return {};
  return fail(Error(Code::usage, "--ready-fd: cannot write to " + std::to_string(fd) + ": " + system_reason(error)).with_field("ready-fd"));
}

}  // namespace facio::serve
