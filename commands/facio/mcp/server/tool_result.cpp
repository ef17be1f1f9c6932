#include "commands/facio/mcp/server/tool_result.hpp"

#include "commands/facio/mcp/server/message.hpp"

namespace facio::serve {
namespace {

/// Bytes behind base64 text.
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

/// Whether this text is the same value, however it is laid out.
bool repeats(const std::string& text, const std::string& value) {
  const auto document = JsonDocument::parse(text);
  return document && document->dump() == value;
}

}  // namespace

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
  if (output.text.empty()) output.text = output.failed ? "the tool failed without a word" : "the tool gave nothing back";
  return output;
}

}  // namespace facio::serve
