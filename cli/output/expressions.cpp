#include "cli/output/expressions.hpp"

#include "cli/output/answer.hpp"
#include "cli/output/filter.hpp"
#include "cli/output/formats.hpp"

namespace facio::output {
namespace {

tl::unexpected<Error> misplaced(std::string_view flag, const std::string& why, std::string_view hint) {
  return fail(Error(Code::usage, std::string(flag) + ": " + why).with_field(std::string(flag)).with_hint(std::string(hint)));
}

Status check_query(const OutputOptions& options) {
  switch (options.format) {
    case OutputFormat::csv:
    case OutputFormat::name:
    case OutputFormat::jsonpath:
    case OutputFormat::template_:
      return misplaced("--query", "cannot be combined with this output format",
                       "-o json, -o ndjson (jq -c), -o tsv (text without quotes) or -o yaml");
    default: break;
  }
  if (!options.columns.empty())
    return misplaced("--query", "cannot be combined with --columns", "choose members with --fields, or in the filter");
  return prepare_query(options.query);
}

QueryForm form_of(const OutputOptions& options, bool compact) {
  if (options.format == OutputFormat::tsv) return options.harmless_cells ? QueryForm::harmless_text : QueryForm::text;
  if (options.format == OutputFormat::yaml) return QueryForm::yaml;
  return compact || options.format == OutputFormat::ndjson ? QueryForm::compact : QueryForm::pretty;
}

}  // namespace

bool is_expression(const OutputOptions& options) {
  return !options.query.empty() || options.format == OutputFormat::jsonpath || options.format == OutputFormat::template_;
}

Status check_expressions(const Endpoint& endpoint, const OutputOptions& options) {
  if (!is_expression(options) && options.filter.empty()) return {};
  if (endpoint.form == ReplyForm::text)
    return misplaced(options.filter.empty() ? !options.query.empty() ? "--query" : "--output" : "--filter",
                     "the answer of this command is text, not JSON", "leave it out");
  Status status;
  if (!options.query.empty()) status = check_query(options);
  else if (options.format == OutputFormat::jsonpath) status = check_jsonpath(options.expression);
  else if (options.format == OutputFormat::template_) status = check_template(options.expression);
  if (!status || options.filter.empty()) return status;
  if (endpoint.form == ReplyForm::list || endpoint.form == ReplyForm::map)
    return Filter::parse(endpoint, options.filter, options.times()).map([](const Filter&) {});
  if (endpoint.method == Method::none) return {};
  return misplaced("--filter", "works only on lists, and this command's answer is one object", "use --query");
}

Status check_before(const Endpoint& endpoint, const OutputOptions& options) {
  if (auto good = check_expressions(endpoint, options); !good) return good;
  if (endpoint.effect == Effect::read || endpoint.form == ReplyForm::text || endpoint.form == ReplyForm::none) return {};
  const bool machine = is_machine_format(options.format) || is_expression(options);
  if (machine)
    if (auto good = check_machine(options); !good) return good;
  if (options.format == OutputFormat::name && options.query.empty())
    if (auto good = check_has_names(endpoint); !good) return good;
  for (const std::string& field : options.fields)
    if (auto known = column_named(endpoint, field, "--fields"); !known) return fail(std::move(known.error()));
  for (const std::string& column : options.columns)
    if (auto known = column_named(endpoint, changed_column(column), "--columns"); !known) return fail(std::move(known.error()));
  return options.sort_by.empty() ? Status() : sort_column(endpoint, options.sort_by).map([](const SortColumn&) {});
}

Status append_expression(std::string_view json, const OutputOptions& options, bool compact, std::string& out, std::string& notes) {
  if (!options.query.empty()) return run_query(options.query, json, form_of(options, compact), out, notes);
  const std::size_t before = out.size();
  auto written = options.format == OutputFormat::jsonpath ? run_jsonpath(options.expression, json, out)
                                                          : run_template(options.expression, json, options.now_ms, out);
  // The result ends its line even where the expression does not.
  if (written && out.size() > before && out.back() != '\n') out += '\n';
  return written;
}

}  // namespace facio::output
