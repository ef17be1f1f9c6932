// Writing the configuration file: whole, atomically, for its owner alone.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/contexts/contexts.hpp"
#include "cli/contexts/write_config.hpp"
#include "cli/core/json.hpp"
#include "cli/core/time.hpp"

namespace facio {
namespace {

/// JSON strings are YAML strings: always quoted, so that no value turns into another type.
std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string token_text(const TokenSource& token) {
  if (!token.file.empty()) return "{ file: " + quoted(token.file) + " }";
  if (!token.environment.empty()) return "{ env: " + quoted(token.environment) + " }";
  if (token.exec.empty()) return {};
  std::string list = "{ exec: [";
  for (std::size_t i = 0; i < token.exec.size(); ++i) list += (i == 0 ? "" : ", ") + quoted(token.exec[i]);
  return list + "] }";
}

std::string context_text(const Context& context) {
  std::string text = "  " + quoted(context.name) + ":\n    url: " + quoted(context.url) + "\n";
  if (context.kind != "facio") text += "    kind: " + quoted(context.kind) + "\n";
  if (!context.agent.empty()) text += "    agent: " + quoted(context.agent) + "\n";
  if (const std::string token = token_text(context.token); !token.empty()) text += "    token: " + token + "\n";
  if (!context.ca.empty()) text += "    ca: " + quoted(context.ca) + "\n";
  if (context.is_protected) text += "    protected: true\n";
  if (context.readonly) text += "    readonly: true\n";
  if (context.insecure_http) text += "    insecure_http: true\n";
  if (context.timeout_ms != 0) text += "    timeout: " + std::to_string(context.timeout_ms) + "ms\n";
  if (!context.output.empty()) text += "    output: " + quoted(context.output) + "\n";
  return text;
}

tl::unexpected<Error> cannot(const std::string& what, const std::string& path) {
  return fail(Code::output, "cannot " + what + " " + path + ": " + std::strerror(errno));
}

Status make_directories(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
    if (::mkdir(path.substr(0, slash).c_str(), 0700) != 0 && errno != EEXIST) return cannot("make the directory", path.substr(0, slash));
  return {};
}

Status write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(Code::output, std::strerror(errno));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status replace_file(const std::string& path, const std::string& text) {
  if (auto status = make_directories(path); !status) return status;
  std::string temporary = path + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);  // 0600
  if (fd < 0) return cannot("write", path);
  const bool written = write_all(fd, text).has_value() && ::fsync(fd) == 0;
  const bool closed = ::close(fd) == 0;
  if (written && closed && ::rename(temporary.c_str(), path.c_str()) == 0) return {};
  auto failure = cannot("write", path);
  ::unlink(temporary.c_str());
  return failure;
}

}  // namespace

std::string config_text(const Config& config) {
  std::string text = "version: 1\n";
  if (!config.current.empty()) text += "current: " + quoted(config.current) + "\n";
  if (config.contexts.empty()) return text + "contexts: {}\n";
  text += "contexts:\n";
  for (const Context& context : config.contexts) text += context_text(context);
  return text;
}

Status write_config(const Config& config) {
  return replace_file(config.path,
                      "# Written by facioctl; `facioctl help contexts` explains it. It never holds a token.\n" + config_text(config));
}

Status save_context(const std::string& path, const Context& context, bool make_current, const Environment& environment) {
  auto config = load_config(path, environment);
  if (!config) return fail(std::move(config.error()));
  const auto found = std::ranges::find(config->contexts, context.name, &Context::name);
  if (found == config->contexts.end()) config->contexts.push_back(context);
  else *found = context;
  if (make_current || config->current.empty()) config->current = context.name;
  return write_config(*config);
}

}  // namespace facio
