// From arguments to exit code: find the command, answer questions for help, else parse and run it.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "cli/catalogue/words.hpp"
#include "cli/command_line/client.hpp"
#include "cli/command_line/help.hpp"
#include "cli/command_line/hints.hpp"
#include "cli/command_line/completion.hpp"
#include "cli/command_line/edit_object.hpp"
#include "cli/command_line/get_listed.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/command_line/plugin.hpp"
#include "cli/command_line/scan.hpp"
#include "cli/command_line/several.hpp"
#include "cli/catalogue/system.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/expressions.hpp"
#include "cli/output/pager.hpp"

namespace facio {
namespace {

int report(const Error& error, OutputFormat format, std::string_view context, Streams& streams) {
  std::string line = render_error(error, format, context);
  if (!line.ends_with('\n')) line += '\n';
  (void)streams.out.flush();
  (void)streams.err.write(line);
  (void)streams.err.flush();
  return info(error.code()).exit;
}

/// An answer is complete only when all of it was written.
int finish(Status written, Streams& streams, int code = 0) {
  if (written) written = streams.out.flush();
  if (!written) return report(written.error(), OutputFormat::table, {}, streams);
  (void)streams.err.flush();
  return code;
}

ClientFunction function_of(const Endpoint& endpoint, FindFunction own) {
  if (const ClientFunction found = own(endpoint.id); found != nullptr) return found;
  if (endpoint.remote && endpoint.verb() == "get") return &get_listed;
  return &send_and_print;
}

/// Where the time of a whole command went, for --timing.
class Stopwatch {
 public:
  void parsed() { parsed_ = Clock::now(); }
  void report(const Client& client, Streams& streams) const {
    const auto [target, requests] = client.spent_ms();
    const double parse = ms(parsed_ - begun_);
    const double all = ms(Clock::now() - begun_);
    char line[160];
    std::snprintf(line, sizeof line, "timing: parse %.1f, context and token %.1f, requests %.1f, other %.1f, total %.1f ms\n", parse,
                  target, requests, all - parse - target - requests, all);
    (void)streams.err.write(line);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double ms(Clock::duration span) { return std::chrono::duration<double, std::milli>(span).count(); }
  Clock::time_point begun_ = Clock::now(), parsed_ = begun_;
};

/// One run of the program.
class Run {
 public:
  Run(std::span<const std::string_view> arguments, Streams& streams, const Environment& environment)
      : arguments_(arguments), streams_(streams), environment_(environment), scan_(scan(arguments, environment)) {
    if (!parse_output_format(scan_.output, format_)) (void)parse_output_format(environment.get(Variable::facioctl_output), format_);
  }

  int run(FindFunction own) {
    const Words& words = scan_.words;
    if (scan_.question == Question::version) return print("facioctl " FACIOCTL_VERSION "\n");
    // A word that is not a command may name a plugin, which answers -h itself; a suggestion is never run.
    if (!scan_.first.empty() && (words.used == 0 || words.verb_first))
      if (const auto plugin = find_plugin(scan_.first, environment_)) return run_plugin(*plugin);
    if (scan_.question != Question::none) return answer_question();
    if (words.endpoint != nullptr) return run_command(own);
    if (scan_.first.empty() && std::ranges::all_of(arguments_, [](std::string_view a) { return a == "--"; }))
      return print(overview_help(width()));
    if (scan_.first.empty()) return report(Error(Code::usage, "no command was given").with_hint("facioctl help"));
    if (words.prefixed && scan_.second.empty()) return print(system_help(*words.system, width()));
    if (!words.area.empty() && scan_.verb().empty()) return print(area_help(words.system, words.area, width()));
    return report(unknown());
  }

 private:
  int report(const Error& error, std::string_view context = {}) { return facio::report(error, format_, context, streams_); }
  int print(const std::string& text) { return finish(streams_.out.write(text), streams_); }
  [[nodiscard]] int width() const { return help_width(streams_, environment_); }
  /// Prints help, through the pager when it is taller than the terminal, unless --no-pager is given.
  int print_help(const std::string& text) {
    if (std::ranges::find(scan_.rest, "--no-pager") != scan_.rest.end()) return print(text);
    return finish(page_tall(text, streams_, environment_), streams_);
  }
  [[nodiscard]] Error unknown() const { return unknown_command(scan_.first, scan_.second, scan_.third, scan_.here); }

  int run_plugin(const Plugin& plugin) {
    const auto at = std::ranges::find(arguments_, scan_.first.data(), [](std::string_view a) { return a.data(); }) - arguments_.begin();
    const auto name = static_cast<std::size_t>(at);
    return report(become_plugin(plugin, arguments_.first(name), arguments_.subspan(name + 1), streams_, environment_));
  }

  /// `facioctl AREA`, `facioctl AREA COMMAND -h`, `facioctl -h`.
  int answer_question() {
    const Words& words = scan_.words;
    const bool area_alone = words.used == (words.prefixed ? 2 : 1) && scan_.verb().empty();
    // `openapi` is a command, although an area has that name as well.
    const bool command_itself = words.endpoint != nullptr && words.endpoint->verb().empty();
    if (words.endpoint != nullptr && (words.area.empty() || !area_alone || command_itself))
      return print_help(scan_.question == Question::short_help ? short_help(*words.endpoint, width())
                                                               : full_help(*words.endpoint, width()));
    if (scan_.first.empty()) return print_help(overview_help(width()));
    if (words.prefixed && scan_.second.empty()) return print_help(system_help(*words.system, width()));
    if (!words.area.empty() && area_alone) return print_help(area_help(words.system, words.area, width()));
    return report(unknown());
  }

  /// Whoever asks what would be done must not find it done.
  static Error nothing_to_show(const GlobalOptions& global) {
    const std::string flag = global.curl ? "--curl" : "--dry-run";
    return Error(Code::usage, "this command sends nothing, so " + flag + " has nothing to show; leave it out").with_field(flag);
  }

  int run_command(FindFunction own) {
    const Endpoint& endpoint = *scan_.words.endpoint;
    Stopwatch watch;
    auto invocation = parse_invocation(endpoint, scan_.rest, streams_, environment_, now_ms());
    if (!invocation) return report(meant_a_command(invocation.error()) ? unknown() : invocation.error());
    const GlobalOptions& global = invocation->global;
    if (global.fields_help) return print(fields_help(endpoint));
    format_ = global.output.format;
    if (auto good = output::check_before(endpoint, global.output); !good) return report(good.error());
    if (global.only_shows() && !talks_to_agent(endpoint)) return report(nothing_to_show(global));
    if (scan_.words.verb_first && !global.quiet)
      (void)streams_.err.write("facioctl: understood as: facioctl " + command_words(endpoint) + "\n");
    watch.parsed();
    Client client(*invocation, streams_, environment_);
    const bool edits = !endpoint.edits.write.empty();
    const auto code = edits ? run_editor(*invocation, client, own) : run_function(*invocation, client, function_of(endpoint, own));
    if (global.timing) {
      if (auto status = streams_.out.flush(); !status) return finish(std::move(status), streams_);
      watch.report(client, streams_);
    }
    if (code) return finish({}, streams_, *code);
    format_ = global.output.format;  // --watch may have changed it
    std::string context = global.target.context;
    if (context.empty() && talks_to_agent(endpoint) && code.error().code() != Code::usage)
      if (auto target = client.target()) context = (*target)->context.name.empty() ? (*target)->context.url : (*target)->context.name;
    return report(about_same_agent(code.error(), *invocation), context);
  }

  static Error about_same_agent(const Error& error, const Invocation& invocation) {
    return Error(error).with_hint(facio::about_same_agent(error.hint(), invocation));
  }

  /// One thing after the other, each in an editor of its own.
  static Result<int> run_editor(Invocation& invocation, Client& client, FindFunction own) {
    const Endpoint* write = find_endpoint(invocation.endpoint->edits.write);
    if (write == nullptr) return fail(Code::internal, "there is no endpoint " + std::string(invocation.endpoint->edits.write));
    const Param* repeated = repeated_argument(*invocation.endpoint);
    const std::string name(repeated == nullptr ? std::string_view{} : repeated->field.name);
    const std::vector<std::string> things = repeated == nullptr ? std::vector<std::string>{} : invocation.all(name);
    if (things.size() < 2) return edit_object(client, *write, function_of(*write, own));
    return do_each(client, things, "were not done", [&](const std::string& thing) {
      invocation.values[name] = {thing};
      return edit_object(client, *write, function_of(*write, own));
    });
  }

  /// Each body of a file with several documents. All of them are tried first without sending anything: exit 2 means that nothing was sent.
  Result<int> run_each_body(Invocation& invocation, Client& client, ClientFunction function) {
    std::vector<std::string> names;
    std::map<std::string, JsonDocument> bodies;
    const bool named = !invocation.body_names.empty();
    const auto path_param = std::ranges::find(invocation.endpoint->params, Place::path, &Param::place);
    const auto take = [&](JsonDocument& body) {
      names.push_back(named ? invocation.body_names[names.size()] : name_of_document(*invocation.endpoint, body.root(), names.size() + 1));
      bodies.emplace(names.back(), std::move(body));
    };
    take(invocation.body);
    for (JsonDocument& body : invocation.further) take(body);
    const auto one = [&](const std::string& name, Client& by) {
      if (named) invocation.values[std::string(path_param->field.name)] = {name};
      std::swap(invocation.body, bodies.at(name));
      auto code = function(by);
      std::swap(invocation.body, bodies.at(name));
      return code;
    };
    const GlobalOptions global = invocation.global;
    invocation.global.dry_run = true;
    invocation.global.dry_run_check = false;
    for (const std::string& name : names) {
      StringInput nothing{std::string()};
      StringOutput out, err;
      Streams unheard{nothing, out, err};
      Client rehearsal(invocation, unheard, environment_);
      if (auto tried = one(name, rehearsal); !tried) {
        Error error(tried.error().code(), name + ": " + tried.error().message() + "; nothing was sent");
        return fail(std::move(error).with_field(tried.error().field()).with_hint(tried.error().hint()));
      }
    }
    invocation.global = global;
    return as_one_document(invocation, client, [&](Client& by) {
      return do_each(by, names, "documents were not done", [&](const std::string& name) { return one(name, by); });
    });
  }

  /// "document 2 (report)".
  static std::string name_of_document(const Endpoint& endpoint, JsonRef body, std::size_t number) {
    std::string name = "document " + std::to_string(number);
    for (const std::string_view key : {endpoint.key, std::string_view("name")})
      if (const std::string& said = body.get(key).text(); !said.empty()) return name + " (" + printable(said) + ")";
    return name;
  }

  /// Once, or once for each of the things that were named, or again and again.
  Result<int> run_function(Invocation& invocation, Client& client, ClientFunction function) {
    const Param* repeated = repeated_argument(*invocation.endpoint);
    const std::string name(repeated == nullptr ? std::string_view{} : repeated->field.name);
    const std::vector<std::string> things = repeated == nullptr ? std::vector<std::string>{} : invocation.all(name);
    const bool watches = invocation.global.watch_ms > 0 && !invocation.global.only_shows();
    if (things.size() > 1 && watches) return fail_field(Code::usage, "--watch", "--watch: watches one thing; name one");
    if (watches) return facio::watch(invocation, streams_, environment_, function);
    if (!invocation.further.empty()) return run_each_body(invocation, client, function);
    if (things.size() < 2) return function(client);
    return as_one_document(invocation, client, [&](Client& by) {
      return do_each(by, things, "were not done", [&](const std::string& thing) {
        invocation.values[name] = {thing};
        return function(by);
      });
    });
  }

  /// `audit lits`: `audit` alone is a command, which does not take the word.
  [[nodiscard]] bool meant_a_command(const Error& error) const {
    const Words& words = scan_.words;
    const std::string_view next = words.used == 1 ? scan_.second : scan_.third;
    return !words.area.empty() && words.used == (words.prefixed ? 2 : 1) &&
           error.message().ends_with("does not take '" + std::string(next) + "'") &&
           !suggest_command(scan_.first, scan_.second, scan_.third, scan_.here).empty();
  }

  const std::span<const std::string_view> arguments_;
  Streams& streams_;
  const Environment& environment_;
  const Scan scan_;
  OutputFormat format_ = OutputFormat::table;  ///< of errors; before parsing what the arguments or FACIOCTL_OUTPUT seem to ask for
};

}  // namespace

int run(std::span<const std::string_view> arguments, Streams& streams, const Environment& environment, FindFunction own) {
  if (arguments.empty() || arguments.front() != "__complete") return Run(arguments, streams, environment).run(own);
  return finish(streams.out.write(answer_completion(arguments.subspan(1), environment)), streams);
}

}  // namespace facio
