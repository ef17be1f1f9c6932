// From arguments to exit code: which command, is it a question, then parse and do.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "cli/catalogue/words.hpp"
#include "cli/command_line/client.hpp"
#include "cli/command_line/help.hpp"
#include "cli/command_line/live_names.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/command_line/plugin.hpp"
#include "cli/command_line/scan.hpp"
#include "cli/command_line/watching.hpp"
#include "cli/core/time.hpp"
#include "cli/output/answer.hpp"
#include "cli/output/pager.hpp"

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

/// Where the time of a whole command went, for --timing.
class Stopwatch {
 public:
  void parsed() { parsed_ = Clock::now(); }
  void tell(const Client& client, Streams& streams) const {
    const auto [target, requests] = client.spent_ms();
    const double parse = ms(parsed_ - begun_);
    const double all = ms(Clock::now() - begun_);
    char line[160];
    std::snprintf(line, sizeof line,
                  "timing: parse %.1f, context and token %.1f, requests %.1f, the rest, with printing, %.1f, all %.1f ms\n", parse, target,
                  requests, all - parse - target - requests, all);
    (void)streams.err.write(line);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double ms(Clock::duration span) { return std::chrono::duration<double, std::milli>(span).count(); }
  Clock::time_point begun_ = Clock::now(), parsed_ = begun_;
};

int run_command(const Scan& scan, Streams& streams, const Environment& environment, std::span<const ClientEntry> own) {
  const Endpoint& endpoint = *scan.words.endpoint;
  Stopwatch watch;
  auto invocation = parse_invocation(endpoint, scan.rest, streams, environment, now_ms());
  if (!invocation) {
    // `audit lits`: the area alone is a command, which takes no such word.
    const std::string_view behind = scan.words.used == 1 ? scan.second : scan.third;
    const bool meant_a_command = !scan.words.area.empty() && scan.words.used == (scan.words.prefixed ? 2 : 1) &&
                                 invocation.error().message().ends_with("does not take '" + std::string(behind) + "'");
    if (meant_a_command && !suggest_command(scan.first, scan.second, scan.third, scan.here).empty())
      return report(unknown_command(scan.first, scan.second, scan.third, scan.here), early_format(scan, environment), {}, streams);
    return report(invocation.error(), early_format(scan, environment), {}, streams);
  }
  if (invocation->global.fields_help) return print(fields_help(endpoint), streams);
  if (auto good = output::check_expressions(endpoint, invocation->global.output); !good)
    return report(good.error(), invocation->global.output.format, {}, streams);
  watch.parsed();
  Client client(*invocation, streams, environment);
  const ClientFunction function = function_of(endpoint, own);
  const bool again = invocation->global.watch_ms > 0 && !invocation->global.only_shows();
  auto code = again ? facio::watch(*invocation, streams, environment, function) : function(client);
  if (invocation->global.timing) {
    if (auto status = streams.out.flush(); !status) return report(status.error(), OutputFormat::table, {}, streams);
    watch.tell(client, streams);
  }
  if (code) return finish(streams, *code);
  std::string context = invocation->global.target.context;
  const bool asked = endpoint.surface != Surface::local || endpoint.remote || endpoint.id == "api";
  if (context.empty() && asked && code.error().code() != Code::usage)
    if (auto target = client.target()) context = (*target)->context.name.empty() ? (*target)->context.url : (*target)->context.name;
  return report(code.error(), invocation->global.output.format, context, streams);
}

/// Help, through the pager when it is taller than the terminal and nobody said otherwise.
int print_help(const std::string& text, const Scan& scan, Streams& streams, const Environment& environment) {
  if (std::ranges::find(scan.rest, "--no-pager") != scan.rest.end()) return print(text, streams);
  if (auto status = page_tall(text, streams, environment); !status) return report(status.error(), OutputFormat::table, {}, streams);
  return finish(streams, 0);
}

/// `facioctl AREA`, `facioctl AREA COMMAND -h`, `facioctl -h`.
int answer_question(const Scan& scan, Streams& streams, const Environment& environment, OutputFormat format) {
  const auto answer = [&](const std::string& text) { return print_help(text, scan, streams, environment); };
  const Words& words = scan.words;
  const bool area_alone = words.used == (words.prefixed ? 2 : 1) && (words.prefixed ? scan.third : scan.second).empty();
  // `openapi` is a command by itself, although an area has that name, too.
  const bool command_itself = words.endpoint != nullptr && words.endpoint->verb().empty();
  if (words.endpoint != nullptr && (words.area.empty() || !area_alone || command_itself))
    return answer(scan.question == Question::short_help ? short_help(*words.endpoint) : full_help(*words.endpoint));
  if (scan.first.empty()) return answer(overview_help());
  if (words.prefixed && scan.second.empty()) return answer(system_help(*words.system));
  if (!words.area.empty() && area_alone) return answer(area_help(words.system, words.area));
  return report(unknown_command(scan.first, scan.second, scan.third, scan.here), format, {}, streams);
}

}  // namespace

int run(std::span<const std::string_view> arguments, Streams& streams, const Environment& environment, std::span<const ClientEntry> own) {
  if (!arguments.empty() && arguments.front() == "__complete") return print(answer_completion(arguments.subspan(1), environment), streams);
  const Scan found = scan(arguments, environment);
  const OutputFormat format = early_format(found, environment);
  if (found.question == Question::version) return print("facioctl " FACIOCTL_VERSION "\n", streams);
  // A word that is no command of ours may be one of a plugin, which answers its own -h; a guess is never run.
  if (!found.first.empty() && found.words.used == 0)
    if (const auto plugin = find_plugin(found.first, environment)) {
      const auto at = std::ranges::find(arguments, found.first.data(), [](std::string_view a) { return a.data(); }) - arguments.begin();
      const auto name = static_cast<std::size_t>(at);
      return report(become_plugin(*plugin, arguments.first(name), arguments.subspan(name + 1), streams, environment), format, {}, streams);
    }
  if (found.question != Question::none) return answer_question(found, streams, environment, format);
  if (found.words.endpoint != nullptr) return run_command(found, streams, environment, own);
  if (found.first.empty() && std::ranges::all_of(arguments, [](std::string_view a) { return a == "--"; }))
    return print(overview_help(), streams);
  if (found.first.empty()) return report(Error(Code::usage, "no command was given").with_hint("facioctl help"), format, {}, streams);
  if (found.words.prefixed && found.second.empty()) return print(system_help(*found.words.system), streams);
  if (!found.words.area.empty() && (found.words.prefixed ? found.third : found.second).empty())
    return print(area_help(found.words.system, found.words.area), streams);
  return report(unknown_command(found.first, found.second, found.third, found.here), format, {}, streams);
}

}  // namespace facio
