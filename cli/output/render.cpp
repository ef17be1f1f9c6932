#include "cli/output/render.hpp"

#include <algorithm>

#include "cli/output/columns.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/json_scan.hpp"
#include "cli/output/sorting.hpp"
#include "cli/output/writer.hpp"

namespace facio {
namespace {

using namespace output;

/// "no cron jobs", from the summary "List cron jobs".
std::string nothing_found(const Endpoint& endpoint) {
  constexpr std::string_view verb = "List ";
  std::string_view what = endpoint.summary;
  if (what.substr(0, verb.size()) != verb) return "nothing to show";
  what.remove_prefix(verb.size());
  return "no " + std::string(what);
}

/// Keeps only the fields asked for; `kept` holds the bytes that the view points to afterwards.
Status project(const Endpoint& endpoint, ReplyView& view, const std::vector<std::string>& fields, std::string& kept) {
  std::vector<TableColumn> columns;
  PathTree tree;
  for (const std::string& name : fields) {
    auto column = column_named(endpoint, name, "--fields");
    if (!column) return fail(std::move(column.error()));
    tree.add(column->path, columns.size());
    columns.push_back(std::move(*column));
  }
  std::vector<std::size_t> ends;
  std::vector<std::string_view> seen(view.items.empty() ? 0 : columns.size());
  for (const Item& item : view.items) {
    tree.fill(item.value, seen, true);
    tree.project(item.value, kept);
    ends.push_back(kept.size());
  }
  if (auto present = check_presence(endpoint, columns, seen, "--fields"); !present) return present;
  for (std::size_t i = 0, begin = 0; i < view.items.size(); begin = ends[i++])
    view.items[i].value = std::string_view(kept).substr(begin, ends[i] - begin);
  return {};
}

/// The shown value as one JSON text: the sent bytes, or put together again from sorted or projected items.
std::string_view whole_of(const ReplyView& view, bool changed, std::string& kept) {
  if (!changed) return view.whole;
  if (!view.is_list) return view.items.front().value;
  char separator = view.is_map ? '{' : '[';
  if (view.items.empty()) kept += separator;
  for (const Item& item : view.items) {
    kept += separator;
    separator = ',';
    if (view.is_map) kept.append("\"").append(item.name).append("\":");
    kept += item.value;
  }
  kept += view.is_map ? '}' : ']';
  return kept;
}

/// One line for each item; an item of a map gets its name as first member.
void write_lines(const Endpoint& endpoint, const ReplyView& view, Writer& to) {
  for (const Item& item : view.items) {
    if (view.is_map) {
      const std::string_view key = endpoint.key.empty() ? std::string_view("name") : endpoint.key;
      const bool object = kind_of(item.value) == Json::object;
      to.text.append("{\"").append(key).append("\":\"").append(item.name).append("\"");
      if (!object) to.text += ",\"value\":";
      if (object && !is_empty(item.value)) to.text += ',';
      append_compact(to.text, object ? item.value.substr(1) : item.value);
      if (!object) to.text += '}';
    } else {
      append_compact(to.text, item.value);
    }
    to.text += '\n';
    if (!to.next()) return;
  }
}

Status write_machine(const Endpoint& endpoint, ReplyView& view, const OutputOptions& options, Writer& to) {
  if (!options.columns.empty())
    return fail(Error(Code::usage, "--columns: belongs to tables")
                    .with_field("--columns")
                    .with_hint("choose members of JSON and YAML by --fields"));
  std::string kept, joined;
  if (!options.fields.empty())
    if (auto projected = project(endpoint, view, options.fields, kept); !projected) return projected;
  if (options.format == OutputFormat::ndjson) {
    write_lines(endpoint, view, to);
    return {};
  }
  const std::string_view whole = whole_of(view, !options.fields.empty() || !options.sort_by.empty(), joined);
  if (options.format == OutputFormat::yaml) {
    append_yaml(to.text, whole);
  } else {
    append_indented(to.text, whole);
    to.text += '\n';
  }
  return {};
}

Status write_view(const Endpoint& endpoint, ReplyView& view, const OutputOptions& options, Writer& to) {
  switch (options.format) {
    case OutputFormat::json:
    case OutputFormat::ndjson:
    case OutputFormat::yaml: return write_machine(endpoint, view, options, to);
    case OutputFormat::csv: return write_delimited(endpoint, view, options, false, to);
    case OutputFormat::tsv: return write_delimited(endpoint, view, options, true, to);
    case OutputFormat::name: return write_names(endpoint, view, to);
    default: return view.is_list ? write_table(endpoint, view, options, to) : write_detail(endpoint, view, options, to);
  }
}

std::string_view name_of(Json kind) {
  constexpr std::string_view names[] = {"nothing", "null", "a boolean", "a number", "a string", "an array", "an object"};
  return names[static_cast<int>(kind)];
}

/// Refuses JSON that is not of the declared form: an agent of another kind, or a proxy's answer.
Status check_form(const Endpoint& endpoint, const ReplyView& view) {
  const Json kind = kind_of(view.whole);
  const bool collection = endpoint.form == ReplyForm::list || endpoint.form == ReplyForm::map;
  if (collection ? view.is_list : endpoint.reply == nullptr || kind == Json::object) return {};
  std::string expected = "an object";
  if (collection)
    expected += (endpoint.form == ReplyForm::map ? " with the map \"" : " with the array \"") + std::string(endpoint.items) + "\"";
  const std::string got = collection && kind == Json::object ? "one without it" : std::string(name_of(kind));
  return fail(Code::server, "the answer is not of the declared form: expected " + expected + ", but got " + got,
              "is this address that of an agent? facioctl api shows its answers as they are");
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
    if (!has("limit")) text = "facioctl: warning: the agent cut its answer after " + shown + "; there is more";
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
  Writer writer(streams.out);
  if (endpoint.form == ReplyForm::text) return write_text(body, options, writer);
  if (auto checked = check_json(body); !checked) return checked;
  ReplyView view = view_of(endpoint, body);
  if (auto fits = check_form(endpoint, view); !fits) return fits;
  if (count != nullptr) *count = view.items.size();
  if (view.is_list)
    if (auto sorted = sort_items(endpoint, view, options.sort_by); !sorted) return sorted;
  if (auto written = write_view(endpoint, view, options, writer); !written) return written;
  if (auto finished = writer.finish(); !finished) return finished;
  return tell(endpoint, body, view, options, streams);
}

Status render_json(std::string_view body, const OutputOptions& options, Streams& streams) {
  if (auto checked = check_json(body); !checked) return checked;
  Endpoint endpoint{.id = "api"};
  const std::string_view root = trimmed(body);
  OutputOptions chosen = options;
  if (chosen.format == OutputFormat::table && !chosen.format_given) chosen.format = OutputFormat::json;
  const bool whole = chosen.format == OutputFormat::json || chosen.format == OutputFormat::yaml;
  if (kind_of(root) == Json::array || (!whole && kind_of(member(root, "items")) == Json::array)) endpoint.form = ReplyForm::list;
  return render(endpoint, body, chosen, streams);
}

}  // namespace facio
