#include "commands/librefang/client/rows.hpp"

#include <poll.h>

#include <algorithm>
#include <deque>

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "cli/http/event_stream.hpp"
#include "cli/output/columns.hpp"
#include "commands/librefang/client/system.hpp"

namespace facio::librefang {
namespace {

constexpr int kTurnMs = 1000, kLongestPauseMs = 10'000;
constexpr std::size_t kMostSeen = 4096, kMostEvent = std::size_t{16} * 1024 * 1024;

/// Follows one stream.
class Follower {
 public:
  Follower(Client& client, const Rows& rows) : client_(client), rows_(rows), stream_(*find_endpoint(rows.stream)) {}

  Result<int> run() {
    for (int pause = 0;; pause = std::clamp(pause * 2, kTurnMs, kLongestPauseMs)) {
      if (pause > 0)
        if (auto status = wait(pause); !status) return fail(std::move(status.error()));
      auto opened = open();
      if (!opened && (!has_begun_ || !info(opened.error().code()).retryable)) return fail(std::move(opened.error()));
      if (opened && pause > 0) notice("connected again");
      std::string why;
      if (opened) {
        pause = 0;
        auto ended = read(*opened);
        if (!ended) return fail(std::move(ended.error()));
        why = std::move(*ended);
      } else {
        why = opened.error().message();
      }
      if (!is_lost_) notice("connection lost (" + printable(why) + "); trying again");
      is_lost_ = true;
    }
  }

 private:
  /// The stream first, then the list: what happens between both comes twice, and is printed once.
  Result<LiveAnswer> open() {
    auto request = client_.request_to(rows_.stream);
    if (!request) return fail(std::move(request.error()));
    request->accept = "text/event-stream";
    auto answer = client_.open(*request);
    if (!answer) return answer;
    if (answer->status() != 200) {
      const Response refused{.status = answer->status(), .body = answer->read(kTurnMs).text, .content_type = answer->content_type()};
      auto status = check_status(kSystem.errors, *request, refused);
      return fail(status ? Error(Code::server, "the daemon gives no stream") : std::move(status.error()));
    }
    if (auto status = print_missed(); !status) return fail(std::move(status.error()));
    has_begun_ = true;
    return answer;
  }

  /// Prints what the list has and was not printed yet.
  Status print_missed() {
    const std::string_view limit = client_.invocation().value("limit");
    auto request = client_.request_to(rows_.list, {{"limit", has_begun_ ? "1000" : limit.empty() ? "50" : std::string(limit)}});
    auto answer = request ? client_.send(*request) : fail(std::move(request.error()));
    if (!answer) return fail(std::move(answer.error()));
    if (auto good = json::check_json(answer->body); !good) return good;
    std::vector<std::string_view> items;
    for (const output::Item& item : output::view_of(*find_endpoint(rows_.list), answer->body).items) items.push_back(item.value);
    // Some lists begin with the newest.
    std::ranges::stable_sort(items, {}, [](std::string_view item) { return json::plain(json::value_at(item, "timestamp")); });
    if (!has_begun_ && limit == "0")
      for (; !items.empty(); items.pop_back()) (void)read_number(json::plain(json::value_at(items.back(), "id")), last_);
    for (const std::string_view item : items)
      if (auto status = print(item); !status) return status;
    return client_.streams().out.flush();
  }

  /// Reads until the connection is lost, and gives the reason.
  Result<std::string> read(LiveAnswer& answer) {
    EventStreamReader reader;
    is_lost_ = false;
    for (;;) {
      auto piece = answer.read(kTurnMs);
      if (auto status = check_reader(); !status) return fail(std::move(status.error()));
      if (piece.state == LiveAnswer::Piece::State::broken) return piece.text;
      if (piece.state == LiveAnswer::Piece::State::ended) return std::string("the daemon ended the stream");
      reader.feed(piece.text);
      if (reader.waiting() > kMostEvent) return fail(Code::server, "an event of the daemon is larger than 16 MiB");
      while (auto event = reader.next()) {
        if (!json::check_json(event->data)) continue;
        if (auto status = print(understood_item(stream_, event->data)); !status) return fail(std::move(status.error()));
      }
      if (auto status = client_.streams().out.flush(); !status) return fail(std::move(status.error()));
    }
  }

  /// Prints a row, once.
  Status print(std::string_view row) {
    const std::string id = json::plain(json::value_at(row, "id"));
    // Numbers are the order of a log; a stream of one may begin with its first event.
    std::int64_t number = -1;
    if (read_number(id, number)) {
      if (number <= last_) return {};
      last_ = number;
    } else if (std::ranges::find(seen_, id) != seen_.end()) {
      return {};
    }
    seen_.push_back(id);
    if (seen_.size() > kMostSeen) seen_.pop_front();
    const OutputOptions output = output_of(client_);
    if (output.format != OutputFormat::table && output.format != OutputFormat::wide) return print_row(row, output);
    const std::string text = line(row);
    return client_.streams().out.write(output.terminal ? printable(text) + "\n" : text + "\n");
  }
  Status print_row(std::string_view row, OutputOptions output) {
    if (output.format == OutputFormat::json) output.format = OutputFormat::ndjson;
    return print_json(client_, row, output);
  }
  /// What a row says, in the order of its list's columns.
  [[nodiscard]] std::string line(std::string_view row) const {
    std::string text;
    for (const Column& column : find_endpoint(rows_.list)->columns) {
      if (column.wide || column.path == "id") continue;
      const std::string value = json::plain(json::value_at(row, column.path));
      if (!value.empty() && value != "null") text += (text.empty() ? "" : "  ") + value;
    }
    std::ranges::replace(text, '\n', ' ');
    return text;
  }

  Status wait(int ms) {
    for (; ms > 0; ms -= kTurnMs) {
      (void)::poll(nullptr, 0, std::min(ms, kTurnMs));
      if (auto status = check_reader(); !status) return status;
    }
    return {};
  }
  void notice(const std::string& text) {
    (void)note(client_, "-- " + text + " --");
    (void)client_.streams().err.flush();
  }

  Client& client_;
  const Rows rows_;
  const Endpoint& stream_;
  std::deque<std::string> seen_;  ///< ids, the newest last
  std::int64_t last_ = -1;        ///< the highest id, where they are numbers
  bool has_begun_ = false, is_lost_ = false;
};

}  // namespace

Result<int> show_rows(Client& client, const Rows& rows) {
  if (client.invocation().global.only_shows()) return only_show(client, rows.stream);
  if (client.invocation().is_set("follow")) return Follower(client, rows).run();
  const std::string_view limit = client.invocation().value("limit");
  auto request = client.request_to(rows.list, {{"limit", limit.empty() ? "50" : std::string(limit)}});
  auto answer = request ? client.send(*request) : fail(std::move(request.error()));
  if (!answer) return fail(std::move(answer.error()));
  return print_reply(client, *find_endpoint(rows.list), answer->body);
}

}  // namespace facio::librefang
