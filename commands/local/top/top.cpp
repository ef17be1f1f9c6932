// facioctl top
#include <csignal>

#include "cli/command_line/client.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "commands/local/top/screen.hpp"
#include "commands/local/top/view.hpp"
#include "commands/local/top/worker.hpp"

namespace facio::top {
namespace {

constexpr int kTickMs = 500;  ///< relative times grow also when nothing new comes
constexpr int kPlainColumns = 160, kPlainLines = 60;
constexpr int kShortestMs = 100, kLongestMs = 3'600'000;

Result<int> interval_of(const Invocation& invocation) {
  if (!invocation.given("every")) return 1000;
  auto duration = parse_duration(invocation.value("every"));
  if (!duration) return fail_field(Code::usage, "--every", "--every: " + duration.error().message());
  if (*duration < kShortestMs || *duration > kLongestMs) return fail_field(Code::usage, "--every", "--every: must be between 100ms and 1h");
  return static_cast<int>(*duration);
}

/// How the commands begin that a person would type for this agent.
std::string program_of(const Invocation& invocation) {
  const TargetChoice& choice = invocation.global.target;
  std::string program = "facioctl";
  if (!choice.context.empty()) program += " --context " + choice.context;
  if (!choice.url.empty()) program += " --url " + choice.url;
  return program;
}

ViewOptions view_options(Client& client, const Context& context, int every_ms) {
  ViewOptions options;
  options.where = printable(context.name.empty() ? context.url : context.name + "  " + context.url);
  options.program = printable(program_of(client.invocation()));
  options.every_ms = every_ms;
  options.write = client.invocation().value("write") == "true";
  if (context.is_protected) options.must_type = context.name;
  options.color = decide_color(client.invocation().global.output.color, client.environment(), true);
  return options;
}

Result<int> once(Client& client, const Snapshot& snapshot, const ViewOptions& options, const Context& context) {
  const OutputOptions output = output_of(client);
  if (output.format != OutputFormat::table && output.format != OutputFormat::wide) {
    if (auto status = render_json(snapshot_json(snapshot, context), output, client.streams()); !status)
      return fail(std::move(status.error()));
    return 0;
  }
  ViewOptions plain = options;
  plain.color = false;
  View view(plain);
  view.show(std::make_shared<const Snapshot>(snapshot));
  const int columns = client.streams().out.columns();
  std::vector<std::string> lines = view.lines(columns > 0 ? columns : kPlainColumns, kPlainLines, now_ms());
  lines.pop_back();  // about keys
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  if (auto status = client.streams().out.write(text); !status) return fail(std::move(status.error()));
  return 0;
}

/// Until a key or a signal ends it; the signal, or 0.
Result<int> watch(Screen& screen, Worker& worker, View& view) {
  while (true) {
    if (auto status = screen.paint(view.lines(screen.columns(), screen.lines(), now_ms())); !status) return fail(std::move(status.error()));
    const Happened happened = screen.wait(worker.wake(), kTickMs);
    if (happened.ended_by != 0) return happened.ended_by;
    if (happened.woken) {
      std::string told;
      view.show(worker.take(told));
      if (!told.empty()) view.tell(std::move(told));
    }
    if (auto action = view.type(happened.keys)) {
      view.tell("running " + action->command);
      worker.act(std::move(*action));
    }
    if (view.wants_refresh()) worker.refresh();
    if (view.quit()) return 0;
  }
}

}  // namespace

Result<int> show(Client& client) {
  auto every_ms = interval_of(client.invocation());
  if (!every_ms) return fail(std::move(every_ms.error()));
  const bool only_once = client.invocation().value("once") == "true";
  if (client.invocation().global.only_shows())
    return fail(Code::usage, "`top` asks for many things; --dry-run and --curl show one request", "facioctl agent status --curl");
  const bool terminal = client.streams().out.is_terminal() && client.streams().in.is_terminal();
  if (!only_once && !terminal) return fail(Code::usage, "`top` needs a terminal", "facioctl top --once -o json");
  auto target = client.target();
  if (!target) return fail(std::move(target.error()));
  const Context context = (*target)->context;
  if (const System& system = client.system(); !speaks_as_agent(system))
    return fail(Code::unsupported, std::string(system.name) + " has no `top`; context " + context.name + " is of that kind",
                "another context with --context NAME");
  Poller poller(client);
  auto first = poller.poll();
  if (!first) return fail(std::move(first.error()));
  const ViewOptions options = view_options(client, context, *every_ms);
  if (only_once) return once(client, **first, options, context);
  int ended_by = 0;
  {
    auto screen = Screen::take();
    if (!screen) return fail(std::move(screen.error()));
    View view(options);
    view.show(*first);
    Worker worker(client, poller, *first, *every_ms);
    auto end = watch(**screen, worker, view);
    (*screen)->leave();  // before the thread is waited for
    if (!end) return fail(std::move(end.error()));
    ended_by = *end;
    if (ended_by != 0) {
      std::signal(ended_by, SIG_DFL);
      ::raise(ended_by);
    }
  }
  return 0;
}

}  // namespace facio::top
