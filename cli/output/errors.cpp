// Failures as one line, or as an object for programs.
#include "cli/core/json.hpp"
#include "cli/output/render.hpp"

namespace facio {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, text);
}

}  // namespace

std::string render_error(const Error& error, OutputFormat format, std::string_view context_name) {
  const CodeInfo& row = info(error.code());
  if (!is_machine_format(format)) {
    std::string line = "facioctl: " + printable(error.message());
    if (!error.hint().empty()) line += "; try: " + printable(error.hint());
    return line;
  }
  std::string out = "{\"error\":{\"code\":\"" + std::string(row.name) + "\",\"exit\":" + std::to_string(row.exit);
  if (error.http() != 0) out += ",\"http\":" + std::to_string(error.http());
  append_member(out, "message", error.message());
  append_member(out, "field", error.field());
  append_member(out, "hint", error.hint());
  append_member(out, "agent", context_name);
  append_member(out, "method", error.method());
  append_member(out, "path", error.path());
  out += ",\"retryable\":";
  out += row.retryable ? "true" : "false";
  append_member(out, "requestId", error.request_id());
  return out + "}}";
}

}  // namespace facio
