// facioctl librefang agents chat: one message, and its answer as server-sent events.
#include <limits>

#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "cli/http/event_stream.hpp"
#include "cli/command_line/typed_messages.hpp"
#include "cli/output/text_lines.hpp"
#include "commands/librefang/talk/client/talk.hpp"

namespace facio::librefang::talk {
namespace {

constexpr std::size_t kMostEvent = std::size_t{16} * 1024 * 1024;

/// What comes of one answer. `done` ends a turn of the model, not the answer: an agent that calls tools has several.
class Answer {
 public:
  explicit Answer(Client& client) : client_(client), output_(output_of(client)) {
    const GlobalOptions& global = client.invocation().global;
    is_text_ = output_.format == OutputFormat::table && !global.output_given && output_.query.empty() && output_.fields.empty();
    is_events_ = output_.format == OutputFormat::ndjson;
  }

  bool take(std::string_view piece) {
    reader_.feed(piece);
    while (auto event = reader_.next())
      if (status_ = handle(*event); !status_) return false;
    if (reader_.waiting() > kMostEvent) status_ = fail(Code::server, "an event of the daemon is larger than 16 MiB");
    else status_ = client_.streams().out.flush();
    return status_.has_value();
  }

  /// What ended the reading before its end, if anything did.
  [[nodiscard]] const Status& status() const { return status_; }
  /// After the end of the stream.
  Result<int> finish() {
    if (!status_) return fail(std::move(status_.error()));
    if (is_text_ && !text_.empty() && !text_.ends_with('\n'))
      if (auto status = client_.streams().out.write("\n"); !status) return fail(std::move(status.error()));
    if (!failure_.empty()) return fail(Code::different, "the agent could not answer: " + printable(failure_));
    if (!is_done_)
      return fail(Code::different, "the answer ended before it was complete: the agent's model has failed, or its turn was stopped",
                  "facioctl librefang health detail");
    if (is_text_ || is_events_) return 0;
    JsonDocument whole = JsonDocument::object();
    whole.set_string("response", text_);
    whole.set_integer("input_tokens", input_);
    whole.set_integer("output_tokens", output_tokens_);
    if (auto status = whole.set_json("tools", "[" + tools_ + "]"); !status) return fail(std::move(status.error()));
    return print_reply(client_, *client_.invocation().endpoint, whole.dump());
  }

 private:
  Status handle(const StreamEvent& event) {
    const auto data = JsonDocument::parse_foreign(event.data);
    if (is_events_) {
      JsonDocument line = JsonDocument::object();
      line.set_string("event", event.type);
      if (data) line.set("data", data->root());
      else line.set_string("data", event.data);
      if (auto status = print_json(client_, line.dump(), output_); !status) return status;
    }
    if (!data) return {};
    const JsonRef root = data->root();
    if (event.type == "chunk") return chunk(root.get("content").text());
    if (event.type == "tool_use") return tool(root.get("tool").text());
    if (event.type == "error") failure_ = reason_in(root);
    if (event.type == "done") is_done_ = true;
    if (event.type == "done")
      for (const auto& [name, sum] : {std::pair("usage.input_tokens", &input_), std::pair("usage.output_tokens", &output_tokens_)})
        if (const JsonRef count = root.find(name); count.is(JsonKind::integer) && __builtin_add_overflow(*sum, count.integer(), sum))
          *sum = std::numeric_limits<std::int64_t>::max();
    // What the daemon says about the conversation, as that it becomes too long.
    if (event.type == "phase" && root.get("phase").text() == "context_warning" && !root.get("detail").text().empty())
      (void)note(client_, "facioctl: note: " + printable(root.get("detail").text()));
    return {};
  }
  /// The words of an event "error", whatever its form.
  static std::string reason_in(JsonRef root) {
    if (!root.text().empty()) return root.text();
    for (std::string_view places = "content error.message error message"; !places.empty();)
      if (const std::string& text = root.find(split_off(places, ' ')).text(); !text.empty()) return text;
    return "no reason was given";
  }
  Status chunk(const std::string& text) {
    // What is printed at once is not kept but for its end.
    if (!is_text_) text_ += text;
    else if (!text.empty()) text_.assign(1, text.back());
    return is_text_ ? client_.streams().out.write(output_.terminal ? terminal_text(text) : text) : Status();
  }
  Status tool(const std::string& name) {
    tools_ += tools_.empty() ? "" : ",";
    append_json_string(tools_, name);
    if (!client_.streams().err.is_terminal()) return {};
    return note(client_, "[" + printable(name) + "]");
  }

  Client& client_;
  OutputOptions output_;
  EventStreamReader reader_;
  Status status_;
  bool is_text_ = false, is_events_ = false, is_done_ = false;
  std::string text_, tools_, failure_;
  std::int64_t input_ = 0, output_tokens_ = 0;
};

tl::unexpected<Error> no_message() {
  return fail(Code::usage, "there is no message: give one as an argument or on standard input",
              "facioctl librefang agents chat AGENT 'What is on for today?'");
}

Result<std::string> message_of(Client& client) {
  if (client.invocation().given("message")) return std::string(client.invocation().value("message"));
  auto text = client.streams().in.read_all(TypedMessages::kLongest);
  if (!text) return text;
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  return text;
}

}  // namespace

Result<int> chat(Client& client) {
  const GlobalOptions& global = client.invocation().global;
  const Streams& streams = client.streams();
  if (!client.invocation().given("message") && streams.in.is_terminal()) {
    if (!streams.err.is_terminal() || global.only_shows() || global.output_given) return no_message();
    return converse(client);
  }
  auto message = message_of(client);
  if (!message) return fail(std::move(message.error()));
  if (is_blank(*message)) return no_message();
  JsonDocument body = JsonDocument::object();
  body.set_string("message", *message);
  auto request = client.request_to("librefang.agents.chat", {{"id", std::string(client.invocation().value("id"))}}, body.dump());
  if (!request) return fail(std::move(request.error()));
  request->accept = "text/event-stream";
  request->by_name = true;
  Answer answer(client);
  auto response = show_or_send(client, *request, [&](std::string_view piece) { return answer.take(piece); });
  if (!answer.status()) return fail(answer.status().error());
  if (!response) return fail(std::move(response.error()));
  return *response ? answer.finish() : Result<int>(0);
}

}  // namespace facio::librefang::talk
