#include "commands/facio/mcp/server/tools.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "cli/core/glob.hpp"
#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kLongest = 64;

/// mcp_<server>_<tool> with _ for every character that a model may not use.
std::string prefixed_name(std::string_view server, std::string_view tool) {
  std::string name = "mcp_" + std::string(server) + "_" + std::string(tool);
  std::ranges::replace_if(
      name, [](char c) { return !is_digit(c) && !is_letter(c) && c != '-'; }, '_');
  return name;
}

/// "_1a2b3c4d" from FNV-1a of the text.
std::string mark_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  char mark[10];
  (void)std::snprintf(mark, sizeof mark, "_%08x", hash);
  return mark;
}

std::string marked(const std::string& name, std::string_view full) {
  const std::string mark = mark_of(full);
  return name.substr(0, kLongest - mark.size()) + mark;
}

/// The number of bytes that base64 text encodes.
std::size_t decoded_size(const std::string& text) {
  std::size_t size = text.size() / 4 * 3;
  if (text.ends_with("==")) size -= 2;
  else if (text.ends_with('=')) size -= 1;
  return size;
}

std::string not_shown(std::string_view what, const std::string& type, const std::string& data) {
  return "[" + std::string(what) + (type.empty() ? "" : " " + type) + ", " + std::to_string(decoded_size(data)) + " bytes, not shown]";
}

std::string link(JsonRef item) {
  std::string text = "[resource " + item.get("uri").text();
  if (const std::string name = item.get("name").text(); !name.empty()) text += ", " + name;
  if (const std::string type = item.get("mimeType").text(); !type.empty()) text += ", " + type;
  if (const std::string about = item.get("description").text(); !about.empty()) text += ": " + about;
  return text + "]";
}

std::string embedded(JsonRef resource) {
  const std::string uri = resource.get("uri").text(), type = resource.get("mimeType").text();
  if (resource.get("blob")) return not_shown("resource " + uri, type, resource.get("blob").text());
  return "[resource " + uri + (type.empty() ? "" : ", " + type) + "]\n" + resource.get("text").text();
}

std::string shown(JsonRef item) {
  const std::string type = item.get("type").text();
  if (type == "text") return item.get("text").text();
  if (type == "image" || type == "audio") return not_shown(type, item.get("mimeType").text(), item.get("data").text());
  if (type == "resource_link") return link(item);
  if (type == "resource") return embedded(item.get("resource"));
  return "[content of the type " + (type.empty() ? "unknown" : type) + ", not shown]";
}

/// Whether a text is this JSON value, however it is laid out.
bool repeats(const std::string& text, const std::string& value) {
  const auto document = JsonDocument::parse(text);
  return document && document->dump() == value;
}

}  // namespace

std::string mcp_other_name(std::string_view server, std::string_view tool) {
  return "mcp:" + std::string(server) + ":" + std::string(tool);
}

std::string mcp_call_name(std::string_view server, std::string_view tool, std::set<std::string, std::less<>>& taken) {
  const std::string full = mcp_other_name(server, tool);
  const std::string plain = prefixed_name(server, tool);
  std::string name = plain.size() > kLongest ? marked(plain, full) : plain;
  std::string salt = full;
  while (!taken.insert(name).second) name = marked(plain, salt += '+');
  return name;
}

bool is_enabled_tool(const std::vector<std::string>& enabled, std::string_view server, std::string_view tool) {
  const std::string names[] = {std::string(tool), mcp_other_name(server, tool), prefixed_name(server, tool)};
  return std::ranges::any_of(enabled, [&](const std::string& pattern) {
    return std::ranges::any_of(names, [&](const std::string& name) { return fits_glob(name, pattern, {.question = false}); });
  });
}

ToolOutput tool_output(JsonRef result) {
  ToolOutput output;
  const JsonRef content = result.get("content");
  const JsonRef structured = result.get("structuredContent");
  const std::string value = structured && !structured.is_null() ? structured.dump() : std::string();
  bool repeated = value.empty();
  for (std::size_t i = 0; i < content.size(); ++i) {
    const JsonRef item = content.at(i);
    const std::string text = shown(item);
    if (!repeated && item.get("type").text() == "text") repeated = repeats(text, value);
    if (i != 0) output.text += '\n';
    output.text += text;
  }
  if (!repeated) {
    if (!output.text.empty()) output.text += '\n';
    output.text += value;
  }
  if (const JsonRef failed = result.get("isError"); failed.is(JsonKind::boolean)) output.failed = failed.boolean();
  if (output.text.empty()) output.text = output.failed ? "the tool failed and gave no message" : "the tool returned nothing";
  return output;
}

}  // namespace facio::serve
