#include "commands/facio/mcp/server/target.hpp"
#include "cli/core/streams.hpp"

#include <string.h>

#include <algorithm>

#include "cli/files/part_below.hpp"
#include "commands/facio/credentials/rules.hpp"
#include "commands/facio/mcp/rules.hpp"
#include "commands/serve/private_file.hpp"

namespace facio::serve {
namespace {

using std::chrono::seconds;

constexpr Variable kPassedOn[] = {Variable::path,   Variable::home, Variable::lang, Variable::lc_all,  Variable::lc_ctype,
                                  Variable::tmpdir, Variable::tz,   Variable::user, Variable::logname, Variable::shell};
constexpr seconds kProgramStart{60}, kNetworkStart{30}, kUsualCall{30}, kLongestCall{3600};
constexpr int kMostTimes = 10;         // a call that reports progress may take this many times its timeout
constexpr std::size_t kTooCommon = 8;  // shorter values may occur in other texts by chance

/// Where the value of a word begins: behind "--option=", or at its start.
std::size_t value_at(const std::string& word) {
  const auto equal = word.starts_with('-') ? word.find('=') : std::string::npos;
  return equal == std::string::npos ? 0 : equal + 1;
}

/// "." and "./x" as absolute paths.
std::string placed(const std::string& word, const std::string& workspace) {
  const std::size_t at = value_at(word);
  const std::string_view value = std::string_view(word).substr(at);
  if (value == ".") return word.substr(0, at) + workspace;
  return value.starts_with("./") ? word.substr(0, at) + workspace + std::string(value.substr(1)) : word;
}

/// The variables of this process that a program gets unless the configuration gives others.
void pass_on(const std::map<std::string, std::string>& given, const McpPlaces& places, std::vector<Secret>& environment) {
  for (const Variable one : kPassedOn) {
    std::string name(info(one).name), value(own_variable(one));
    if (value.empty() || given.contains(name)) continue;
    if (one == Variable::path) value = path_outside(value, places.workspace);
    else if ((one == Variable::home || one == Variable::tmpdir) && !part_below(value, places.workspace).empty()) value = places.own;
    environment.emplace_back(name + "=" + value);
  }
}

Result<McpProgramLine> program_line(const McpConfig& config, const McpPlaces& places) {
  McpProgramLine line;
  line.command = placed(workspace_command(*config.command), places.workspace);
  for (const std::string& argument : config.args.value_or(std::vector<std::string>{}))
    line.arguments.push_back(placed(argument, places.workspace));
  line.directory = places.own;
  if (auto made = make_private_directory(places.own); !made) return fail(std::move(made.error()));
  if (line.command.find('/') == std::string::npos && !part_below(find_command(line.command, places.own), places.workspace).empty())
    return fail(Code::forbidden,
                "the program " + line.command + " was found in the workspace, where the agent can write; give its full path");
  return line;
}

}  // namespace

std::string workspace_command(const std::string& command) {
  if (command.find('/') == std::string::npos || command.starts_with('/') || command.starts_with("./")) return command;
  return "./" + command;
}

std::string workspace_part(const std::string& word, const McpPlaces& places) {
  const std::string value = placed(word, places.workspace).substr(value_at(word));
  if (value.find('/') == std::string::npos) return {};
  return part_below(value.starts_with('/') ? value : places.own + "/" + value, places.workspace);
}

Result<McpTarget> mcp_target(const McpConfig& config, const CredentialsService& credentials, CredentialsService::Keys keys,
                             std::string_view agent, const McpPlaces& places) {
  McpTarget target;
  target.transport = mcp::transport_of(config);
  target.inferred = !config.type;
  const seconds each = config.toolTimeout ? seconds(*config.toolTimeout) : kUsualCall;
  target.call = {.each = each, .most = std::max(each, std::min(each * kMostTimes, kLongestCall))};
  target.enabled = config.enabledTools.value_or(std::vector<std::string>{"*"});
  const bool program = target.transport == "stdio";
  const seconds start = program ? kProgramStart : kNetworkStart;
  target.start = {.each = start, .most = start};
  const auto given = (program ? config.env : config.headers).value_or(std::map<std::string, std::string>{});
  if (program) {
    auto line = program_line(config, places);
    if (!line) return fail(std::move(line.error()));
    target.program = std::move(*line);
    pass_on(given, places, target.program.environment);
  } else {
    target.address.url = *config.url;
  }
  for (const auto& [name, text] : given) {
    if (!program && is_reserved_header(name))
      return fail(Code::rejected, "headers: " + name + " is set by the protocol; remove it from the configuration");
    auto value = credentials.resolve(agent, text, keys);
    if (!value) return fail(std::move(value.error()));
    const bool replaced = value->reveal() != text;
    if (!value->empty() && (replaced || text.size() >= kTooCommon)) target.secrets.push_back(*value);
    for (const std::string& key :
         credentials::keys_in(text).value_or(std::vector<std::string>{})) {  // what a program says need not be all of the value
      auto part = credentials.resolve(agent, "${credentials." + key + "}", keys);
      if (!part) return fail(std::move(part.error()));
      if (!part->empty()) target.secrets.push_back(std::move(*part));
    }
    if (program) target.program.environment.emplace_back(name + "=" + std::string(value->reveal()));
    else target.address.headers.emplace_back(name, std::move(*value));
  }
  return target;
}

namespace {

constexpr std::size_t kShortestLine = 8, kShortestBeginning = 4;

void scrub(std::string& text, std::string_view secret) {
  for (std::size_t at = 0; !secret.empty() && (at = text.find(secret, at)) != std::string::npos; at += kMask.size())
    text.replace(at, secret.size(), kMask);
}

void scrub_cut(std::string& text, std::string_view secret) {
  for (std::size_t at = 0; (at = text.find(kCutMark, at)) != std::string::npos; at += kCutMark.size())
    for (std::size_t size = std::min(secret.size(), at); size >= kShortestBeginning; --size) {
      if (std::string_view(text).substr(at - size, size) != secret.substr(0, size)) continue;
      text.replace(at - size, size, kMask);
      at = at - size + kMask.size();
      break;
    }
}

}  // namespace

std::string scrubbed(std::string text, const std::vector<Secret>& secrets) {
  for (const Secret& secret : secrets) {
    scrub(text, secret.reveal());
    // The last lines of a program are kept without control characters.
    std::string plain(secret.reveal());
    const auto left_out = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; };
    if (std::erase_if(plain, left_out) != 0 && plain.size() >= kShortestLine) scrub(text, plain);
    explicit_bzero(plain.data(), plain.size());
    if (secret.reveal().find('\n') != std::string_view::npos)
      for (std::string_view rest = secret.reveal(); !rest.empty();)
        if (const std::string_view line = trimmed(split_off(rest, '\n')); line.size() >= kShortestLine) scrub(text, line);
    scrub_cut(text, secret.reveal());
  }
  return text;
}

}  // namespace facio::serve
