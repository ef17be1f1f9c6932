#include "commands/facio/audit/client/printer.hpp"

#include "cli/catalogue/system.hpp"

namespace facio::audit {
namespace {

/// How events are rendered: one, or a list of them.
Endpoint rendering(bool list) {
  Endpoint endpoint = *find_endpoint("audit.run");
  endpoint.id = "audit.log";
  endpoint.summary = "List audit events";
  endpoint.params = {};
  if (!list) {
    endpoint.form = ReplyForm::object;
    endpoint.envelope = nullptr;
  }
  return endpoint;
}

}  // namespace

Result<Printer> Printer::make(Client& client, std::vector<std::string> agents, bool follows) {
  const Invocation& invocation = client.invocation();
  Printer printer(client, {.colored = invocation.global.output.colored,
                           .show_arguments = invocation.is_set("show_args"),
                           .time = invocation.global.output.time,
                           .agents = std::move(agents)});
  if (auto status = printer.choose_form(follows); !status) return fail(std::move(status.error()));
  return printer;
}

Status Printer::choose_form(bool follows) {
  const Invocation& invocation = client_.invocation();
  output_ = invocation.global.output;
  output_.filter.clear();  // applied event by event
  const std::string word(invocation.value("output"));
  const bool by_environment = word.empty() && invocation.global.output_given;
  const bool given = !word.empty() || by_environment;
  if (auto status = check_own_output(invocation, "short, long, cat"); !status) return status;
  if (word == "short") form_ = Form::line;
  else if (word == "long") form_ = Form::full;
  else if (word == "cat") form_ = Form::message;
  else if (given || !output_.query.empty() || !output_.fields.empty() || !output_.columns.empty()) form_ = Form::all;
  else form_ = follows && !output_.terminal ? Form::raw : Form::line;
  if (form_ != Form::all) return {};
  output_.format_given = given;
  const bool with_query = !output_.query.empty();
  if (!given && with_query) output_.format = OutputFormat::json;
  else if (!given && follows) output_.format = OutputFormat::ndjson;
  const bool ndjson = output_.format == OutputFormat::ndjson;
  const bool is_expression = output_.format == OutputFormat::jsonpath || output_.format == OutputFormat::template_;
  const bool unchanged = ndjson && output_.fields.empty() && !with_query;
  const bool raw = unchanged && (follows || output_.sort_by.empty());
  const bool each = is_expression || (follows && !raw && ndjson);
  if (with_query ? follows : each) form_ = Form::each;
  else if (raw) form_ = Form::raw;
  else if (!follows) form_ = Form::all;
  else if (by_environment) form_ = is_machine_format(output_.format) ? Form::raw : Form::line;
  else
    return fail(Error(Code::usage, "--output: '" + word + "' does not work with -f")
                    .with_field("--output")
                    .with_hint("-o short, long, cat, ndjson or template="));
  return {};
}

std::string Printer::with_agent(const Event& event) const {
  if (agents_.empty() || event.json.empty() || event.json.front() != '{') return event.json;
  std::string json = "{\"_agent\":";
  append_json_string(json, agents_[event.agent]);
  const std::string_view rest = std::string_view(event.json).substr(1);
  if (rest.find_first_not_of(" \t\r\n") != rest.find('}')) json += ',';
  return json.append(rest);
}

Status Printer::render_one(const std::string& json) {
  const bool list = output_.format == OutputFormat::ndjson && output_.query.empty();
  const Endpoint endpoint = rendering(list);
  return render(endpoint, list ? "{\"items\":[" + json + "]}" : json, output_, client_.streams());
}

Status Printer::event(const Event& event) {
  ++count_;
  std::string text;
  switch (form_) {
    case Form::line: lines_.append_short(text, event); break;
    case Form::full: lines_.append_long(text, event); break;
    case Form::message: lines_.append_cat(text, event); break;
    case Form::raw: text = with_agent(event) + "\n"; break;
    case Form::each: return render_one(with_agent(event));
    case Form::all:
      if (!kept_.empty()) kept_ += ',';
      kept_ += with_agent(event);
      return {};
  }
  return client_.streams().out.write(text);
}

Status Printer::mark(std::string_view text, const std::string& json, bool bad) {
  std::string line;
  if (form_ == Form::raw || form_ == Form::each) line = json + "\n";
  else lines_.append_notice(line, text, bad);
  return (form_ == Form::all ? client_.streams().err : client_.streams().out).write(line);
}

Result<int> Printer::finish() {
  if (form_ == Form::all) {
    const std::string body = "{\"items\":[" + kept_ + "]}";
    if (auto status = render(rendering(true), body, output_, client_.streams()); !status) return fail(std::move(status.error()));
  } else if (count_ == 0 && !output_.quiet && client_.streams().err.is_terminal()) {
    if (auto status = client_.streams().err.write("no audit events\n"); !status) return fail(std::move(status.error()));
  }
  if (count_ == 0 && client_.invocation().global.fail_empty) return fail(Code::not_found, "no audit event matches");
  return 0;
}

}  // namespace facio::audit
