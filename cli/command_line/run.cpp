// From arguments to exit code: which command, is it a question, then parse and do.
#include <algorithm>

#include "cli/catalogue/catalogue.hpp"
#include "cli/command_line/client.hpp"
#include "cli/command_line/complete.hpp"
#include "cli/command_line/help.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/command_line/scan.hpp"
#include "cli/core/time.hpp"

namespace facio {
namespace {

/// The format that errors take before anything was parsed.
OutputFormat early_format(const Scan& scan, const Environment& environment) {
  OutputFormat format = OutputFormat::table;
  if (!parse_output_format(scan.output, format)) (void)parse_output_format(environment.get("FACIOCTL_OUTPUT"), format);
  return format;
}

int report(const Error& error, OutputFormat format, std::string_view context, Streams& streams) {
  std::string line = render_error(error, format, context);
  if (!line.ends_with('\n')) line += '\n';
  (void)streams.out.flush();
  (void)streams.err.write(line);
  (void)streams.err.flush();
  return info(error.code()).exit;
}

/// Everything that was printed must have arrived, or the answer is not complete.
int finish(Streams& streams, int code) {
  if (auto status = streams.out.flush(); !status) return report(status.error(), OutputFormat::table, {}, streams);
  (void)streams.err.flush();
  return code;
}

int print(const std::string& text, Streams& streams) {
  if (auto status = streams.out.write(text); !status) return report(status.error(), OutputFormat::table, {}, streams);
  return finish(streams, 0);
}

ClientFunction function_of(const Endpoint& endpoint, std::span<const ClientEntry> own) {
  for (const ClientEntry& entry : own)
    if (entry.id == endpoint.id) return entry.function;
  return &send_and_print;
}

int run_command(const Scan& scan, Streams& streams, const Environment& environment, std::span<const ClientEntry> own) {
  const Endpoint& endpoint = *scan.words.endpoint;
  auto invocation = parse_invocation(endpoint, scan.rest, streams, environment, now_ms());
  if (!invocation) {
    // `audit lits`: the area alone is a command, which takes no such word.
    const bool meant_a_command = scan.words.used == 1 && !scan.words.area.empty() &&
                                 invocation.error().message().ends_with("does not take '" + std::string(scan.second) + "'");
    if (meant_a_command && !suggest_command(scan.first, scan.second).empty())
      return report(unknown_command(scan.first, scan.second), early_format(scan, environment), {}, streams);
    return report(invocation.error(), early_format(scan, environment), {}, streams);
  }
  if (invocation->global.fields_help) return print(fields_help(endpoint), streams);
  Client client(*invocation, streams, environment);
  const ClientFunction function = function_of(endpoint, own);
  auto code = function(client);
  if (code) return finish(streams, *code);
  std::string context = invocation->global.target.context;
  if (context.empty() && endpoint.surface != Surface::local && code.error().code() != Code::usage)
    if (auto target = client.target()) context = (*target)->context.name;
  return report(code.error(), invocation->global.output.format, context, streams);
}

/// `facioctl AREA`, `facioctl AREA COMMAND -h`, `facioctl -h`.
int answer_question(const Scan& scan, Streams& streams, OutputFormat format) {
  if (scan.words.endpoint != nullptr && (scan.words.used == 2 || scan.words.area.empty() || !scan.second.empty()))
    return print(scan.question == Question::short_help ? short_help(*scan.words.endpoint) : full_help(*scan.words.endpoint), streams);
  if (scan.first.empty()) return print(overview_help(), streams);
  if (!scan.words.area.empty() && scan.second.empty()) return print(area_help(scan.words.area), streams);
  return report(unknown_command(scan.first, scan.second), format, {}, streams);
}

}  // namespace

int run(std::span<const std::string_view> arguments, Streams& streams, const Environment& environment, std::span<const ClientEntry> own) {
  if (!arguments.empty() && arguments.front() == "__complete") return print(complete(arguments.subspan(1)), streams);
  const Scan found = scan(arguments);
  const OutputFormat format = early_format(found, environment);
  if (found.question == Question::version) return print("facioctl " FACIOCTL_VERSION "\n", streams);
  if (found.question != Question::none) return answer_question(found, streams, format);
  if (found.words.endpoint != nullptr) return run_command(found, streams, environment, own);
  if (found.first.empty() && std::ranges::all_of(arguments, [](std::string_view a) { return a == "--"; }))
    return print(overview_help(), streams);
  if (found.first.empty()) return report(Error(Code::usage, "no command was given").with_hint("facioctl help"), format, {}, streams);
  if (!found.words.area.empty() && found.second.empty()) return print(area_help(found.words.area), streams);
  return report(unknown_command(found.first, found.second), format, {}, streams);
}

}  // namespace facio
