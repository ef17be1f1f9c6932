// The options that every command has: from flags and environment to GlobalOptions.
#include <algorithm>

#include "cli/catalogue/catalogue.hpp"
#include "cli/catalogue/global_flags.hpp"
#include "cli/command_line/invocation.hpp"
#include "cli/command_line/tokens.hpp"
#include "cli/core/join.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/truth.hpp"

namespace facio {
namespace {

std::string first(const Tokens& tokens, std::string_view flag) {
  const auto* values = tokens.find(flag);
  return values == nullptr ? std::string{} : values->front();
}

/// The names between commas.
std::vector<std::string> names(std::string_view text) {
  std::vector<std::string> parts;
  for (const std::string_view part : split(text, ','))
    if (!part.empty()) parts.emplace_back(part);
  return parts;
}

/// Refuses a word that is not one of the flag's choices.
Status check_choice(const GlobalFlag& flag, const std::string& word, const std::string& shown) {
  if (flag.choices.empty() || std::ranges::find(flag.choices, word) != flag.choices.end()) return {};
  std::string message = shown + ": '" + word + "' is not one of " + joined(flag.choices);
  if (const std::string_view near = nearest(word, flag.choices); !near.empty()) message += "; did you mean " + std::string(near) + "?";
  return fail_field(Code::usage, shown, std::move(message));
}

Status read_output(const Tokens& tokens, const Environment& environment, bool own_output, GlobalOptions& options) {
  std::string word = first(tokens, "output");
  std::string from = "--output";
  if (word.empty() && !tokens.given("output")) {
    word = environment.get(Variable::facioctl_output);
    from = "FACIOCTL_OUTPUT";
    if (word.empty()) return {};
  }
  options.output_given = options.output.format_given = parse_output_format(word, options.output.format, &options.output.expression);
  if (own_output && from == "--output") return {};
  return options.output_given ? Status() : check_choice(*find_global_flag("output"), word, from);
}

Status read_timeout(const Tokens& tokens, const Environment& environment, GlobalOptions& options) {
  std::string text = first(tokens, "timeout");
  const std::string from = text.empty() ? "FACIOCTL_TIMEOUT" : "--timeout";
  if (text.empty()) text = environment.get(Variable::facioctl_timeout);
  if (text.empty()) return {};
  auto duration = parse_duration(text);
  if (!duration) return fail_field(Code::usage, from, from + ": " + duration.error().message());
  if (*duration < 1 || *duration > 24 * 3'600'000LL) return fail_field(Code::usage, from, from + ": must be between 1ms and 24h");
  options.timeout_ms = static_cast<int>(*duration);
  return {};
}

/// Reads the choice of a flag, as its place in the flag's list; `to` stays when the flag is absent or has no value.
template <class T>
Status read_choice(const Tokens& tokens, std::string_view name, T& to) {
  const std::string word = first(tokens, name);
  if (word.empty() || word == "true") return {};
  const GlobalFlag& flag = *find_global_flag(name);
  if (auto status = check_choice(flag, word, "--" + std::string(name)); !status) return status;
  to = static_cast<T>(std::ranges::find(flag.choices, word) - flag.choices.begin());
  return {};
}

/// --watch, --curl, --dry-run, --progress: how the command is run.
Status read_manner(const Tokens& tokens, GlobalOptions& options) {
  options.curl = tokens.given("curl");
  options.dry_run = tokens.given("dry-run");
  Status status = read_choice(tokens, "curl", options.curl_form);
  if (status) status = read_choice(tokens, "progress", options.progress);
  int checked = -1;
  if (status) status = read_choice(tokens, "dry-run", checked);
  options.dry_run_check = checked == 0;
  if (!status || !tokens.given("watch")) return status;
  const std::string every = first(tokens, "watch");
  auto interval = every == "true" ? Result<std::int64_t>(2000) : parse_duration(every);
  if (!interval || *interval < 100 || *interval > 24 * 3'600'000LL)
    return fail_field(Code::usage, "--watch", "--watch: '" + every + "' is not a duration between 100ms and 24h");
  options.watch_ms = static_cast<int>(*interval);
  return {};
}

Status read_target(const Tokens& tokens, TargetChoice& target) {
  target.context = first(tokens, "context");
  target.url = first(tokens, "url");
  target.token_file = first(tokens, "token-file");
  target.token_stdin = tokens.given("token-stdin");
  const std::string fd = first(tokens, "token-fd");
  if (tokens.given("token-fd") && (!read_number(fd, target.token_fd) || target.token_fd < 0))
    return fail_field(Code::usage, "--token-fd", "--token-fd: '" + fd + "' is not a file descriptor number");
  if (!target.url.empty() && !target.context.empty())
    return fail_field(Code::usage, "--url", "--url and --context cannot be combined; give one of them");
  if (int{target.token_stdin} + int{!target.token_file.empty()} + int{target.token_fd >= 0} > 1)
    return fail(Code::usage, "--token-file, --token-stdin and --token-fd cannot be combined; give one of them");
  return {};
}

void read_look(const Tokens& tokens, Streams& streams, const Environment& environment, std::int64_t now, OutputOptions& output) {
  output.headers = !tokens.given("no-headers");
  output.harmless_cells = tokens.given("csv-safe");
  output.sort_by = first(tokens, "sort-by");
  output.terminal = streams.out.is_terminal();
  output.width = output.terminal ? streams.out.columns() : 0;
  if (int width = 0; output.terminal && read_number(environment.get(Variable::columns), width) && width > 0) output.width = width;
  output.colored = decide_color(output.color, environment, output.terminal);
  output.now_ms = now;
  output.query = first(tokens, "query");
  output.filter = first(tokens, "filter");
  output.raw = tokens.given("raw");
  output.raw_units = tokens.given("raw-units");
}

/// --raw needs a format with a place for all of the answer; without one that was chosen it is JSON.
Status settle_raw(GlobalOptions& options) {
  OutputOptions& output = options.output;
  const bool expression = output.format == OutputFormat::jsonpath || output.format == OutputFormat::template_;
  if (!output.raw || is_machine_format(output.format) || expression) return {};
  if (options.output_given)
    return fail(
        Error(Code::usage, "--raw: this output format prints only the items").with_field("--raw").with_hint("-o json, ndjson or yaml"));
  output.format = OutputFormat::json;
  options.output_given = output.format_given = true;
  return {};
}

/// An empty value, as of an empty variable, is never taken for an absent flag: that would drop what was asked for.
Status check_not_empty(const Tokens& tokens) {
  for (const GlobalFlag& flag : kGlobalFlags)
    if (flag.takes_value && tokens.given(flag.name) && first(tokens, flag.name).empty())
      return fail_field(Code::usage, "--" + std::string(flag.name), "--" + std::string(flag.name) + ": must not be empty");
  return {};
}

}  // namespace

Result<GlobalOptions> read_globals(const Tokens& tokens, Streams& streams, const Environment& environment, std::int64_t now,
                                   bool own_output) {
  GlobalOptions options;
  if (auto status = check_not_empty(tokens); !status) return fail(std::move(status.error()));
  for (const std::string_view name : {"time", "color"})  // these take neither "" nor "true"
    if (tokens.given(name))
      if (auto status = check_choice(*find_global_flag(name), first(tokens, name), "--" + std::string(name)); !status)
        return fail(std::move(status.error()));
  Status status = read_choice(tokens, "time", options.output.time);
  if (status) status = read_choice(tokens, "color", options.output.color);
  if (status) status = read_output(tokens, environment, own_output, options);
  if (status) status = read_manner(tokens, options);
  if (status) status = read_timeout(tokens, environment, options);
  if (status) status = read_target(tokens, options.target);
  if (!status) return fail(std::move(status.error()));
  read_look(tokens, streams, environment, now, options.output);
  const auto accessible = truth_in(environment, Variable::accessible, false);
  if (!accessible) return fail(accessible.error());
  options.output.accessible = *accessible;
  // The result of a filter is JSON: a table, chosen or not, cannot be meant.
  if (!options.output.query.empty() && (options.output.format == OutputFormat::table || options.output.format == OutputFormat::wide)) {
    options.output.format = OutputFormat::json;
    options.output_given = options.output.format_given = true;
  }
  if (status = settle_raw(options); !status) return fail(std::move(status.error()));
  options.config = first(tokens, "config");
  const std::string fields = first(tokens, "fields");
  const std::string columns = first(tokens, "columns");
  options.fields_help = fields == "help" || columns == "help";
  if (!options.fields_help) {
    options.output.fields = names(fields);
    options.output.columns = names(columns);
  }
  const auto* verbose = tokens.find("verbose");
  options.verbose = verbose == nullptr ? 0 : static_cast<int>(std::min<std::size_t>(verbose->size(), 3));
  options.quiet = options.output.quiet = tokens.given("quiet");
  options.timing = tokens.given("timing");
  options.all_pages = tokens.given("all");
  options.pager = !tokens.given("no-pager");
  options.no_proxy = tokens.given("no-proxy");
  options.fail_empty = tokens.given("fail-empty");
  const std::string yes = first(tokens, "yes");
  options.yes = tokens.given("yes") && yes != "false";
  if (yes != "true" && yes != "false") options.yes_name = yes;
  return options;
}

}  // namespace facio
