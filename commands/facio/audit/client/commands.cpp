// facioctl audit: the log as lines, once or followed, of one agent, of several, or of a file.
#include "commands/facio/audit/client/file.hpp"
#include "commands/facio/audit/client/follow.hpp"
#include "commands/facio/audit/client/log.hpp"
#include "commands/facio/audit/client/many.hpp"

namespace facio::audit {
namespace {

Status refuse_without_follow(const Invocation& invocation) {
  for (const std::string_view flag : {"heartbeat", "max_idle", "exit_on", "exit_status", "count"})
    if (invocation.given(flag)) {
      std::string shown = "--" + std::string(flag);
      for (char& c : shown) c = c == '_' ? '-' : c;
      return fail_field(Code::usage, shown, shown + " belongs to following: add -f");
    }
  return {};
}

/// What was read up to here, once.
Result<int> show(Client& client, const Filter& filter, const Wanted& wanted, CursorFile file) {
  auto printer = Printer::make(client, {}, false);
  if (!printer) return fail(std::move(printer.error()));
  auto name = agent_name(client);
  if (!name) return fail(std::move(name.error()));
  const Cursor* behind = wanted.cursor_of(*name, true);
  auto reading = read_log(client, filter, wanted, behind, [&](Event&& event) -> Result<bool> {
    if (auto status = printer->event(event); !status) return fail(std::move(status.error()));
    return true;
  });
  if (!reading) return fail(std::move(reading.error()));
  std::vector<Cursor> cursors;
  if (reading->last) cursors.push_back(*reading->last);
  else if (behind != nullptr) cursors.push_back(*behind);
  if (!cursors.empty()) cursors.front().agent = *name;
  auto code = printer->finish();
  if (!code) return code;
  if (cursors.empty()) cursors.push_back({.agent = *name});
  Endings endings;
  endings.strict = client.invocation().is_set("strict");
  Follower end(client, filter, *printer, std::move(endings), std::move(file), std::move(cursors));
  if (reading->gap)
    if (auto told = end.take({.kind = TailUpdate::Kind::gap, .from_ms = reading->gap_from_ms, .to_ms = reading->gap_to_ms}, *name); !told)
      return fail(std::move(told.error()));
  return end.finish(*code);
}

Result<int> follow(Client& client, const Filter& filter, const Wanted& wanted, CursorFile file) {
  auto endings = Endings::from(client.invocation());
  if (!endings) return fail(std::move(endings.error()));
  auto printer = Printer::make(client, {}, true);
  if (!printer) return fail(std::move(printer.error()));
  auto name = agent_name(client);
  if (!name) return fail(std::move(name.error()));
  const Cursor* behind = wanted.cursor_of(*name, true);

  Tail tail(client, !client.invocation().is_set("poll"));
  Cursor start{.agent = *name};
  std::vector<TailUpdate> news;
  if (behind != nullptr && !wanted.newest && !wanted.lines) {
    tail.begin_behind(*behind);
    start = *behind;
  } else {
    // The newest event of all comes first, so that nothing falls between what is shown and what follows.
    auto newest = newest_event(client);
    if (!newest) return fail(std::move(newest.error()));
    if (*newest) tail.begin_behind(Cursor::of(**newest, *name));
    if (*newest) start = Cursor::of(**newest, *name);
    auto reading = read_log(client, filter, wanted, behind, [&](Event&& event) -> Result<bool> {
      tail.mark_seen(event);
      news.push_back({.kind = TailUpdate::Kind::event, .event = std::move(event)});
      return true;
    });
    if (!reading) return fail(std::move(reading.error()));
    if (reading->gap) news.push_back({.kind = TailUpdate::Kind::gap, .from_ms = reading->gap_from_ms, .to_ms = reading->gap_to_ms});
  }
  start.agent = *name;
  Follower follower(client, filter, *printer, std::move(*endings), std::move(file), {start});
  for (const TailUpdate& one : news)
    if (auto status = follower.take(one, *name); !status) return fail(std::move(status.error()));
  follower.go_on_from(0, start);
  if (auto status = follower.settle(); !status) return fail(std::move(status.error()));
  if (auto status = follower.check_run(); !status) return fail(std::move(status.error()));
  while (!follower.ended()) {
    news.clear();
    if (auto status = tail.read(follower.wait_ms(), news); !status) return fail(std::move(status.error()));
    for (const TailUpdate& one : news) {
      if (auto status = follower.take(one, *name); !status) return fail(std::move(status.error()));
      if (follower.ended()) break;
    }
    if (auto status = follower.settle(); !status) return fail(std::move(status.error()));
  }
  return follower.finish(*follower.ended());
}

/// What would be asked first.
Result<int> only_show(Client& client, const Filter& filter, const Wanted& wanted) {
  const bool ascending = !wanted.lines;
  auto shown = show_or_send(client, Pages(client, filter.query()).request(ascending, filter.from_ms, filter.to_ms, 500, 0));
  if (!shown) return fail(std::move(shown.error()));
  return 0;
}

Result<int> run_log(Client& client, bool all) {
  const Invocation& invocation = client.invocation();
  auto filter = Filter::from(invocation);
  if (!filter) return fail(std::move(filter.error()));
  const bool follows = invocation.is_set("follow") || invocation.given("until_run_ends");
  if (!follows)
    if (auto status = refuse_without_follow(invocation); !status) return fail(std::move(status.error()));
  if (follows && invocation.given("until"))
    return fail_field(Code::usage, "--until", "--until has an end, and following has none; leave out one of them");
  if (invocation.given("file")) {
    if (follows) return fail(Code::usage, "--file has an end: -f follows an agent", "tail -f FILE | facioctl audit --file -");
    return show_file(client, *filter, all);
  }
  CursorFile file;
  if (invocation.given("cursor_file") && !invocation.global.only_shows()) {
    auto opened = CursorFile::open(std::string(invocation.value("cursor_file")));
    if (!opened) return fail(std::move(opened.error()));
    file = std::move(*opened);
  }
  auto wanted = Wanted::from(invocation, file, all);
  if (!wanted) return fail(std::move(wanted.error()));
  if (invocation.global.only_shows()) return only_show(client, *filter, *wanted);
  auto agents = agents_of(client);
  if (!agents) return fail(std::move(agents.error()));
  if (agents->size() > 1 || invocation.given("group"))
    return follows ? follow_many(client, *filter, *wanted, std::move(file), *agents)
                   : show_many(client, *filter, *wanted, std::move(file), *agents);
  return follows ? follow(client, *filter, *wanted, std::move(file)) : show(client, *filter, *wanted, std::move(file));
}

}  // namespace

Result<int> log(Client& client) { return run_log(client, false); }
Result<int> grep(Client& client) { return run_log(client, true); }

}  // namespace facio::audit
