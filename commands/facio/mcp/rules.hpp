// The rules for the configuration of an MCP server, for client and server.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/text.hpp"
#include "cli/core/validate.hpp"
#include "commands/facio/mcp/shapes.hpp"

namespace facio::mcp {

inline bool blank(const std::optional<std::string>& text) { return !text || text->find_first_not_of(" \t") == std::string::npos; }

/// The transport that the agent would use; "" when the configuration does not say.
inline std::string transport_of(const McpConfig& config) {
  if (config.type) return *config.type;
  if (!blank(config.command)) return "stdio";
  return blank(config.url) ? "" : "streamableHttp";
}

inline bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; });
}

/// Whether it is a token of RFC 9110.
inline bool is_header_name(std::string_view name) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() &&
         std::ranges::all_of(name, [marks](char c) { return is_digit(c) || is_letter(c) || marks.find(c) != std::string_view::npos; });
}

inline Status check_transport(const McpConfig& config) {
  const bool command = !blank(config.command), url = !blank(config.url);
  if (command && url) return reject_field("url", "give either command or url, not both");
  if (!command && !url) return reject_field("command", "give command for a program, or url for a server on the network");
  if (config.type && (*config.type == "stdio") != command)
    return reject_field("type", "" + *config.type + " needs " + (command ? "url, not command" : "command, not url"));
  if (command && has_control(*config.command)) return reject_field("command", "must not contain control characters");
  if (!url) return {};
  const std::string_view rest = std::string_view(*config.url).substr(std::min(config.url->find("://"), config.url->size()));
  const bool http = config.url->starts_with("http://") || config.url->starts_with("https://");
  if (!http || rest.size() <= 3 || rest[3] == '/' || has_control(*config.url) || config.url->find(' ') != std::string::npos)
    return reject_field("url", "must be an http or https URL such as https://host/mcp");
  return {};
}

/// Code::rejected with the name of the field that is wrong.
inline Status check_config(const McpConfig& config) {
  if (auto status = check_transport(config); !status) return status;
  for (const std::string& argument : config.args.value_or(std::vector<std::string>{}))
    if (argument.find('\0') != std::string::npos) return reject_field("args", "must not contain NUL characters");
  if (config.env)
    for (const auto& [name, value] : *config.env) {
      if (!find_pattern("key")->matches(name))
        return reject_field("env", "\"" + name + "\" is not a variable name; use letters, digits and _");
      if (value.find('\0') != std::string::npos) return reject_field("env", "" + name + " must not contain NUL characters");
    }
  if (config.headers)
    for (const auto& [name, value] : *config.headers) {
      if (!is_header_name(name)) return reject_field("headers", "\"" + name + "\" is not a header name; use letters, digits and -");
      if (has_control(value)) return reject_field("headers", "" + name + " must not contain control characters");
    }
  if (config.enabledTools)
    for (const std::string& tool : *config.enabledTools)
      if (blank(tool)) return reject_field("enabledTools", "tool names must not be empty; [\"*\"] means all");
  if (config.toolTimeout && (*config.toolTimeout < 1 || *config.toolTimeout > 3600))
    return reject_field("toolTimeout", "must be from 1 to 3600 seconds");
  return {};
}

}  // namespace facio::mcp
