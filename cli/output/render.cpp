#include "cli/output/render.hpp"

#include <algorithm>

#include "cli/catalogue/global_flags.hpp"
#include "cli/core/json.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/answer.hpp"
#include "cli/output/expressions.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/value_text.hpp"

namespace facio {
namespace {

using namespace json;
using namespace output;

void append_json_escape(std::string& out, std::uint32_t code) {
  const auto unit = [&out](std::uint32_t value) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> shift & 0xF];
  };
  if (code >= 0x10000) unit(0xD800 + ((code - 0x10000) >> 10));
  unit(code >= 0x10000 ? 0xDC00 + ((code - 0x10000) & 0x3FF) : code);
}

/// Makes text safe for the terminal on its way there: in JSON by \u escapes, which mean the same, elsewhere as printable() does, except for
/// line breaks and tabs. A character must not be split between two writes.
class SafeOutput final : public Output {
 public:
  SafeOutput(Output& to, bool json) : to_(to), json_(json) {}

  Status write(std::string_view text) override {
    std::string safe;
    safe.reserve(text.size());
    while (!text.empty()) {
      const auto* const special = std::ranges::find_if(text, [](char c) { return (c < 0x20 || c >= 0x7F) && c != '\n' && c != '\t'; });
      safe.append(text.begin(), special);
      text.remove_prefix(static_cast<std::size_t>(special - text.begin()));
      if (text.empty()) break;
      std::uint32_t code = 0;
      const std::size_t size = std::max<std::size_t>(decode_utf8(text, code), 1);
      if (text.starts_with("\r\n")) safe += '\r';  // ends a line of CSV
      else if (json_ && code >= 0x7F && is_dangerous(code)) append_json_escape(safe, code);
      else append_printable(safe, text.substr(0, size));
      text.remove_prefix(size);
    }
    return to_.write(safe);
  }
  Status flush() override { return to_.flush(); }
  [[nodiscard]] bool is_terminal() const override { return true; }
  [[nodiscard]] int columns() const override { return to_.columns(); }

 private:
  Output& to_;
  bool json_;
};

/// "no cron jobs", from the summary "List cron jobs".
std::string nothing_found(const Endpoint& endpoint) {
  constexpr std::string_view verb = "List ";
  return endpoint.summary.starts_with(verb) ? "no " + std::string(endpoint.summary.substr(verb.size())) : "nothing to show";
}

/// One line for each item.
void write_lines(const Endpoint& endpoint, const Answer& answer, Writer& to) {
  for (const Item& item : answer.view.items) {
    answer.append_item(endpoint, item, to.text);
    to.text += '\n';
    if (!to.next()) return;
  }
}

void write_compact(std::string_view json, Writer& to) {
  append_compact(to.text, json);
  to.text += '\n';
}

Status write_answer(const Endpoint& endpoint, Answer& answer, const OutputOptions& options, Writer& to, std::string& notes) {
  if (is_expression(options)) return append_expression(answer.json(options.raw), options, false, to.text, notes);
  switch (options.format) {
    case OutputFormat::json:
      append_indented(to.text, answer.json(options.raw));
      to.text += '\n';
      return {};
    case OutputFormat::ndjson:
      if (options.raw) write_compact(answer.json(true), to);
      else write_lines(endpoint, answer, to);
      return {};
    case OutputFormat::yaml: append_yaml(to.text, answer.json(options.raw)); return {};
    case OutputFormat::csv: return write_delimited(endpoint, answer.view, options, false, to);
    case OutputFormat::tsv: return write_delimited(endpoint, answer.view, options, true, to);
    case OutputFormat::name: return write_names(endpoint, answer.view, to);
    default:
      return answer.view.is_list ? write_table(endpoint, answer.view, options, to) : write_detail(endpoint, answer.view, options, to);
  }
}

/// What only says where a list was cut (part_only tells of it) or repeats the request.
bool is_minor(std::string_view member) {
  constexpr std::string_view names[] = {"count", "limit", "offset", "hasMore", "stream", "run_id", "object", "groupBy", "days", "name"};
  return std::ranges::find(names, member) != std::end(names);
}

/// What the reply says beside its items: "enabled: true; path: policy.json". Empty where the format has a place for it.
std::string beside_items(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options) {
  std::string text;
  if (options.raw || endpoint.envelope == nullptr || view.whole.size() == view.reply.size()) return text;
  for (const Field& field : endpoint.envelope->fields) {
    const std::string_view value = member(view.reply, field.name);
    const Json kind = kind_of(value);
    // How many there are in all is news only where not all of them are shown.
    if (field.name == "total" && value == std::to_string(view.items.size())) continue;
    if (is_minor(field.name) || kind == Json::nothing || kind == Json::null || value.data() == view.whole.data()) continue;
    text.append(text.empty() ? "" : "; ").append(field.name).append(": ");
    append_value(text, value, meaning_of(&field), options);
  }
  return text;
}

/// Whether there is more than the agent sent, and how to come by it.
std::string part_only(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options) {
  if (!view.is_list || kind_of(view.reply) != Json::object || member(view.reply, "hasMore") != "true") return {};
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(endpoint.params, [name](const Param& p) { return p.field.name == name; });
  };
  const std::string shown = std::to_string(view.items.size());
  if (!options.filter.empty())
    return "facioctl: warning: --filter was applied only to the first part of a longer list" +
           std::string(has("offset") ? "; use --all to fetch all of it" : "");
  if (!has("limit")) return "facioctl: warning: the agent truncated its answer after " + shown + "; there is more";
  return shown + " shown; more with " + (has("offset") ? "--limit or --offset" : "--limit");
}

/// Notes about the answer, for standard error: that it is empty, or only a part, and what it says beside its items.
Status write_notes(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& options, Streams& streams) {
  if (options.quiet) return {};
  const bool people = options.format == OutputFormat::table || options.format == OutputFormat::wide;
  std::string text;
  if (view.is_list && view.items.empty() && people && streams.err.is_terminal()) text = nothing_found(endpoint) + "\n";
  for (const std::string& note : {beside_items(endpoint, view, options), part_only(endpoint, view, options)})
    if (!note.empty()) text += note + "\n";
  if (text.empty()) return {};
  if (auto written = streams.err.write(text); !written) return written;
  return streams.err.flush();
}

/// A reply that is not JSON: as it was sent, but safe for a terminal.
Status write_text(std::string_view body, const OutputOptions& options, Writer& to) {
  if (!options.terminal) to.text += body;
  else
    for (const std::string_view line : split_terminated(body)) to.text += printable(line) + '\n';
  return to.finish();
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  std::string json;
  append_json_string(json, text);
  out.append(",\"").append(name).append("\":").append(harmless_json(json));
}

}  // namespace

Status output::check_machine(const OutputOptions& options) {
  if (options.columns.empty()) return {};
  return fail(Error(Code::usage, "--columns: works only for tables")
                  .with_field("--columns")
                  .with_hint("choose members of JSON and YAML with --fields"));
}

Status render(const Endpoint& endpoint, std::string_view body, const OutputOptions& options, Streams& streams, std::size_t* count) {
  if (count != nullptr) *count = 1;
  const bool machine = is_machine_format(options.format) || is_expression(options);
  const bool people = !machine && (options.format == OutputFormat::table || options.format == OutputFormat::wide);
  const bool json = options.format == OutputFormat::json || options.format == OutputFormat::ndjson;
  SafeOutput safe(streams.out, json);
  Writer writer(options.terminal && !people && endpoint.form != ReplyForm::text ? static_cast<Output&>(safe) : streams.out);
  if (endpoint.form == ReplyForm::text) return write_text(body, options, writer);
  if (machine)
    if (auto good = check_machine(options); !good) return good;
  Answer answer;
  if (auto read = answer.read(endpoint, body, options, machine); !read) return read;
  if (count != nullptr) *count = answer.view.items.size();
  std::string notes;
  auto written = write_answer(endpoint, answer, options, writer, notes);
  if (!notes.empty())
    if (auto noted = streams.err.write(notes); !noted) return noted;
  if (!written) return written;
  if (auto finished = writer.finish(); !finished) return finished;
  return write_notes(endpoint, answer.view, options, streams);
}

Status render_json(std::string_view body, const OutputOptions& options, Streams& streams) {
  if (auto checked = check_json(body); !checked) return checked;
  Endpoint endpoint{.id = "api"};
  const std::string_view root = trimmed(body);
  OutputOptions chosen = options;
  if (chosen.format == OutputFormat::table && !chosen.format_given) chosen.format = OutputFormat::json;
  const bool whole =
      options.filter.empty() && (chosen.format == OutputFormat::json || chosen.format == OutputFormat::yaml || is_expression(chosen));
  if (kind_of(root) == Json::array || (!whole && kind_of(member(root, "items")) == Json::array)) endpoint.form = ReplyForm::list;
  return render(endpoint, body, chosen, streams);
}

std::string harmless_json(std::string_view json) {
  std::string safe;
  while (!json.empty()) {
    std::uint32_t code = 0;
    const std::size_t size = std::max<std::size_t>(decode_utf8(json, code), 1);
    if (code >= 0x7F && is_dangerous(code)) append_json_escape(safe, code);
    else safe += json.substr(0, size);
    json.remove_prefix(size);
  }
  return safe;
}

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
  out.append(",\"retryable\":").append(row.retryable ? "true" : "false");
  append_member(out, "requestId", error.request_id());
  return out + "}}";
}

bool parse_output_format(std::string_view word, OutputFormat& format, std::string* expression) {
  for (std::size_t i = 0; i < std::size(kOutputFormats); ++i) {
    const bool with_expression = kOutputFormats[i].ends_with('=');
    if (with_expression ? !word.starts_with(kOutputFormats[i]) : kOutputFormats[i] != word) continue;
    if (with_expression && expression != nullptr) *expression = word.substr(kOutputFormats[i].size());
    format = static_cast<OutputFormat>(i);
    return true;
  }
  return false;
}

bool is_machine_format(OutputFormat format) {
  return format == OutputFormat::json || format == OutputFormat::ndjson || format == OutputFormat::yaml;
}

bool decide_color(ColorMode mode, const Environment& environment, bool terminal) {
  if (mode != ColorMode::automatic) return mode == ColorMode::always;
  if (!environment.get(Variable::no_color).empty()) return false;
  for (const Variable name : {Variable::clicolor_force, Variable::force_color})
    if (const auto value = environment.get(name); !value.empty() && value != "0") return true;
  return terminal && environment.get(Variable::clicolor) != "0" && environment.get(Variable::term) != "dumb";
}

}  // namespace facio
