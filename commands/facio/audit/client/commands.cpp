// facioctl audit, audit grep and audit stream: the log as lines, once or followed, of one agent, of several, or of a file.
#include <algorithm>

#include "cli/output/text_lines.hpp"
#include "commands/facio/audit/client/file.hpp"
#include "commands/facio/audit/client/many.hpp"

namespace facio::audit {
namespace {

constexpr int kMostSilentSeconds = 60;

Status refuse_without_follow(const Invocation& invocation) {
  for (const std::string_view flag : {"heartbeat", "max_idle", "exit_on", "exit_status", "count"})
    if (invocation.given(flag)) {
      std::string shown = "--" + std::string(flag);
      std::ranges::replace(shown, '_', '-');
      return fail_field(Code::usage, shown, shown + " needs -f");
    }
  return {};
}

Result<int> show(Client& client, const Filter& filter, const LogRange& range, CursorFile file) {
  auto printer = Printer::make(client, {}, false);
  if (!printer) return fail(std::move(printer.error()));
  auto name = agent_name(client);
  if (!name) return fail(std::move(name.error()));
  const Cursor* after = range.cursor_of(*name, true);
  auto reading = read_log(client, filter, range, after, [&](Event&& event) { return printer->event(event).map([] { return true; }); });
  if (!reading) return fail(std::move(reading.error()));
  Cursor cursor;
  if (reading->last) cursor = *reading->last;
  else if (after != nullptr) cursor = *after;
  cursor.agent = *name;
  auto code = printer->finish();
  if (!code) return code;
  StopConditions stop;
  stop.strict = client.invocation().is_set("strict");
  Follower follower(client, filter, *printer, std::move(stop), std::move(file), {cursor});
  if (reading->gap)
    if (auto status = follower.handle(*reading->gap, *name); !status) return fail(std::move(status.error()));
  return follower.finish(*code);
}

Result<int> follow(Client& client, const Filter& filter, const LogRange& range, CursorFile file) {
  auto stop = StopConditions::from(client.invocation());
  if (!stop) return fail(std::move(stop.error()));
  auto printer = Printer::make(client, {}, true);
  if (!printer) return fail(std::move(printer.error()));
  auto name = agent_name(client);
  if (!name) return fail(std::move(name.error()));
  Tail tail(client, !client.invocation().is_set("poll"));
  std::vector<TailUpdate> updates;
  auto start = begin_tail(client, filter, range, range.cursor_of(*name, true), *name, tail, updates);
  if (!start) return fail(std::move(start.error()));
  start->agent = *name;
  Follower follower(client, filter, *printer, std::move(*stop), std::move(file), {*start});
  Status status;
  for (std::size_t i = 0; status && i < updates.size(); ++i) status = follower.handle(updates[i], *name);
  follower.advance(0, *start);
  if (status) status = follower.flush();
  if (status) status = follower.check_run();
  while (status && !follower.ended()) {
    updates.clear();
    status = tail.read(follower.wait_ms(), updates);
    for (std::size_t i = 0; status && !follower.ended() && i < updates.size(); ++i) status = follower.handle(updates[i], *name);
    if (status) status = follower.flush();
  }
  if (!status) return fail(std::move(status.error()));
  return follower.finish(*follower.ended());
}

Result<int> run_log(Client& client, bool all) {
  const Invocation& invocation = client.invocation();
  auto filter = Filter::from(invocation);
  if (!filter) return fail(std::move(filter.error()));
  warn(client, filter->doubts());
  const bool follows = invocation.is_set("follow") || invocation.given("until_run_ends");
  if (!follows)
    if (auto status = refuse_without_follow(invocation); !status) return fail(std::move(status.error()));
  if (follows && invocation.given("until"))
    return fail_field(Code::usage, "--until", "--until cannot be combined with -f; leave out one of them");
  if (invocation.given("file")) {
    if (follows) return fail(Code::usage, "--file cannot be followed; -f follows an agent", "tail -f FILE | facioctl audit --file -");
    return show_file(client, *filter, all);
  }
  CursorFile file;
  if (invocation.given("cursor_file") && !invocation.global.only_shows()) {
    auto opened = CursorFile::open(std::string(invocation.value("cursor_file")));
    if (!opened) return fail(std::move(opened.error()));
    file = std::move(*opened);
  }
  auto range = LogRange::from(invocation, file, all);
  if (!range) return fail(std::move(range.error()));
  if (invocation.global.only_shows()) return Pages(client, filter->query()).show(!range->lines, filter->from_ms, filter->to_ms);
  auto agents = agents_of(client);
  if (!agents) return fail(std::move(agents.error()));
  if (agents->size() > 1 || invocation.given("group") || invocation.is_set("all_contexts"))
    return (follows ? follow_many : show_many)(client, *filter, *range, std::move(file), *agents);
  return (follows ? follow : show)(client, *filter, *range, std::move(file));
}

}  // namespace

Result<int> log(Client& client) { return run_log(client, false); }
Result<int> grep(Client& client) { return run_log(client, true); }

/// The agent's server-sent events as they come.
Result<int> stream(Client& client) {
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  request->accept = "text/event-stream";
  if (client.invocation().global.only_shows()) return show_or_send(client, *request).map([](auto&&) { return 0; });
  auto answer = client.open(*request);
  if (!answer) return fail(std::move(answer.error()));
  if (answer->status() != 200) return send_and_print(client, *request);  // sent again, to print its error
  for (int silent_s = 0;;) {
    if (auto status = check_reader(); !status) return fail(std::move(status.error()));
    const LiveAnswer::Piece piece = answer->read(1000);
    if (piece.state == LiveAnswer::Piece::State::ended) return 0;
    if (piece.state == LiveAnswer::Piece::State::broken)
      return fail(Code::unreachable, "the stream was interrupted: " + piece.text, "facioctl audit -f");
    if (piece.state == LiveAnswer::Piece::State::nothing && ++silent_s < kMostSilentSeconds) continue;
    if (piece.state == LiveAnswer::Piece::State::nothing)
      return fail(Code::timeout, "no data from the agent for 60 s, not even a keep-alive");
    silent_s = 0;
    Output& out = client.streams().out;
    if (auto status = out.write(out.is_terminal() ? terminal_text(piece.text) : piece.text); !status)
      return fail(std::move(status.error()));
    if (auto status = out.flush(); !status) return fail(std::move(status.error()));
  }
}

}  // namespace facio::audit
