#include "cli/output/render.hpp"

#include <algorithm>

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/output/answer.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/terminal_output.hpp"
#include "cli/output/writer.hpp"

namespace facio {
namespace {

using namespace json;
using namespace output;

/// "no cron jobs", from the summary "List cron jobs".
std::string nothing_found(const Endpoint& endpoint) {
  constexpr std::string_view verb = "List ";
  std::string_view what = endpoint.summary;
  if (what.substr(0, verb.size()) != verb) return "nothing to show";
  what.remove_prefix(verb.size());
  return "no " + std::string(what);
}

Status check_machine(const OutputOptions& options) {
  if (options.columns.empty()) return {};
  return fail(
      Error(Code::usage, "--columns: belongs to tables").with_field("--columns").with_hint("choose members of JSON and YAML by --fields"));
}

/// One line for each item.
void write_lines(const Endpoint& endpoint, const Answer& answer, Writer& to) {
  for (const Item& item : answer.view.items) {
    answer.append_item(endpoint, item, to.text);
    to.text += '\n';
    if (!to.next()) return;
  }
}

Status write_answer(const Endpoint& endpoint, Answer& answer, const OutputOptions& options, Writer& to, std::string& notes) {
  if (is_expression(options)) return append_expression(answer.json(), options, false, to.text, notes);
  switch (options.format) {
    case OutputFormat::json:
      append_indented(to.text, answer.json());
      to.text += '\n';
      return {};
    case OutputFormat::ndjson: write_lines(endpoint, answer, to); return {};
    case OutputFormat::yaml: append_yaml(to.text, answer.json()); return {};
    case OutputFormat::csv: return write_delimited(endpoint, answer.view, options, false, to);
    case OutputFormat::tsv: return write_delimited(endpoint, answer.view, options, true, to);
    case OutputFormat::name: return write_names(endpoint, answer.view, to);
    default:
      return answer.view.is_list ? write_table(endpoint, answer.view, options, to) : write_detail(endpoint, answer.view, options, to);
  }
}

/// What belongs to the answer but not into it, on standard error.
Status tell(const Endpoint& endpoint, std::string_view body, const ReplyView& view, const OutputOptions& options, Streams& streams) {
  if (options.quiet || !view.is_list) return {};
  const bool people = options.format == OutputFormat::table || options.format == OutputFormat::wide;
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(endpoint.params, [name](const Param& p) { return p.field.name == name; });
  };
  const bool terminal = streams.err.is_terminal();
  std::string text;
  if (view.items.empty() && people && terminal) text = nothing_found(endpoint);
  if (kind_of(trimmed(body)) == Json::object && member(trimmed(body), "hasMore") == "true") {
    const std::string shown = std::to_string(view.items.size());
    if (!options.filter.empty())
      text = "facioctl: warning: --filter saw the first part of a longer list" +
             std::string(has("offset") ? "; read all of it with --all" : "");
    else if (!has("limit")) text = "facioctl: warning: the agent cut its answer after " + shown + "; there is more";
    else if (people && terminal) text = shown + " shown; more with " + (has("offset") ? "--limit or --offset" : "--limit");
  }
  if (text.empty()) return {};
  if (auto told = streams.err.write(text + "\n"); !told) return told;
  return streams.err.flush();
}

/// Text that is no JSON: as it came, but a terminal gets nothing that could steer it.
Status write_text(std::string_view body, const OutputOptions& options, Writer& to) {
  if (!options.terminal) {
    to.text += body;
    return to.finish();
  }
  while (!body.empty()) {
    const auto feed = body.find('\n');
    to.text += printable(body.substr(0, feed));
    to.text += '\n';
    body.remove_prefix(feed == std::string_view::npos ? body.size() : feed + 1);
  }
  return to.finish();
}

}  // namespace

Status render(const Endpoint& endpoint, std::string_view body, const OutputOptions& options, Streams& streams, std::size_t* count) {
  if (count != nullptr) *count = 1;
  const bool machine = is_machine_format(options.format) || is_expression(options);
  const bool people = !machine && (options.format == OutputFormat::table || options.format == OutputFormat::wide);
  const bool json = options.format == OutputFormat::json || options.format == OutputFormat::ndjson;
  TerminalOutput safe(streams.out, json);
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
    if (auto told = streams.err.write(notes); !told) return told;
  if (!written) return written;
  if (auto finished = writer.finish(); !finished) return finished;
  return tell(endpoint, body, answer.view, options, streams);
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

}  // namespace facio
