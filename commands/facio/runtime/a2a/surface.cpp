#include "commands/facio/runtime/a2a/surface.hpp"

#include <atomic>
#include <exception>
#include <mutex>
#include <utility>

#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/agent/server/service.hpp"
#include "commands/facio/runtime/a2a/request.hpp"
#include "commands/serve/http/router.hpp"
#include "commands/serve/http/web_guard.hpp"

namespace facio::serve {
namespace {

using a2a::Dialect;
using a2a::Fault;
using a2a::Outcome;
using Done = UniqueFunction<void(Answer)>;
using Op = A2aOperation;

constexpr std::string_view kJson = "application/json", kA2aJson = "application/a2a+json", kEvents = "text/event-stream";
// A comment line, which clients skip.
constexpr std::string_view kBeat = ":\n\n";

/// How an answer is wrapped.
struct Form {
  bool rpc = false;
  std::string id = "null";  ///< of the JSON-RPC request, as JSON
  std::string_view media = kJson;
  Dialect dialect = Dialect::v1;
  bool events = false;  ///< a failure is an event too

  [[nodiscard]] std::string wrapped(std::string_view member, std::string_view json) const {
    return R"({"jsonrpc":"2.0","id":)" + id + ",\"" + std::string(member) + "\":" + std::string(json) + "}";
  }
  [[nodiscard]] std::string result(const std::string& json) const { return rpc ? wrapped("result", json) : json; }
  [[nodiscard]] Answer answer(const Outcome<std::string>& outcome) const {
    Answer answer;
    answer.media = media;
    if (outcome) {
      answer.body = result(*outcome);
    } else if (!rpc) {
      answer.status = a2a::http_status(outcome.error().kind);
      answer.body = dialect == Dialect::v1 ? a2a::http_error(outcome.error()) : a2a::rpc_error(outcome.error());
    } else {
      answer.body = wrapped("error", a2a::rpc_error(outcome.error()));
      if (events) answer.media = kEvents;
      if (events) answer.body = "data: " + answer.body + "\n\n";
    }
    return answer;
  }
  [[nodiscard]] Answer failed(const Fault& fault) const { return answer(tl::unexpected(fault)); }
};

/// `undecided`: the answer may yet be a message in the place of a task; until something else happens, events are held back.
class EventWriter final : public a2a::Listener {
 public:
  EventWriter(Form form, bool undecided)
      : form_(std::move(form)), undecided_(undecided), stream_(std::make_shared<BodyStream>(kBeat, [gone = gone_](BodyStream::Event event) {
          if (event == BodyStream::Event::gone) *gone = true;
        })) {}

  void hear(const a2a::Event& event) override {
    using Kind = a2a::Event::Kind;
    const std::lock_guard lock(mutex_);
    const bool message = event.kind == Kind::message;
    if (*gone_ || (message && !undecided_)) return;
    std::string text = "data: " + form_.result(a2a::json_of(event, form_.dialect)) + "\n\n";
    if (message) {
      held_.clear();
    } else if (undecided_ && event.kind != Kind::artifact && event.task.state <= a2a::State::working) {
      held_ += text;
      return;
    }
    undecided_ = false;
    write(std::exchange(held_, {}) + text);
    if (message || (event.last && event.kind == Kind::status)) stream_->finish();
    if (message) *gone_ = true;
  }
  void show() override {
    const std::lock_guard lock(mutex_);
    undecided_ = false;
    if (!held_.empty() && !*gone_) write(std::exchange(held_, {}));
  }
  [[nodiscard]] bool listens() const override { return !*gone_; }
  [[nodiscard]] Answer answer() const {
    Answer answer;
    answer.media = kEvents;
    answer.headers = "X-Accel-Buffering: no\r\n";  // a buffering proxy would hold the events back
    answer.stream = stream_;
    return answer;
  }

 private:
  void write(const std::string& text) {
    const auto pushed = stream_->push(text);
    // A client that does not read loses the stream, not the task: it may subscribe again.
    if (pushed == BodyStream::Pushed::full) stream_->abort();
    if (pushed != BodyStream::Pushed::taken) *gone_ = true;
  }

  const Form form_;
  std::mutex mutex_;  ///< guards the two below
  bool undecided_;
  std::string held_;
  const std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<BodyStream> stream_;
};

class RequestHandler {
 public:
  RequestHandler(a2a::Tasks& tasks, const AgentService& agent, const MountedCall& call, Form form, Done done)
      : tasks_(tasks), agent_(agent), owner_(call.agent), trusted_(call.trusted), form_(std::move(form)), done_(std::move(done)) {}

  void handle(const A2aRequest& request) {
    switch (request.operation) {
      case Op::send: return send(request);
      case Op::stream: return stream(request);
      case Op::get: return done_(form_.answer(get(request)));
      case Op::list: return done_(form_.answer(list(request)));
      case Op::cancel: return cancel(request);
      case Op::subscribe: return subscribe(request);
      case Op::push_set: return push_set(request);
      case Op::push_get: return done_(form_.answer(push_get(request)));
      case Op::push_list: return done_(form_.answer(push_list(request)));
      case Op::push_delete: return push_delete(request);
      case Op::card: return done_(form_.answer(to_json(agent_.card(form_.dialect == Dialect::v1))));
    }
  }

 private:
  void fail(const Fault& fault) { done_(form_.failed(fault)); }

  /// A callback that answers with what `write` makes of the outcome. The handler is gone when it is called.
  template <class Write>
  auto answer_with(Write write) {
    return [form = form_, done = std::move(done_), write = std::move(write)](const auto& outcome) mutable {
      done(outcome ? form.answer(write(*outcome)) : form.failed(outcome.error()));
    };
  }

  void send(const A2aRequest& request) {
    auto send = read_send(request);
    if (!send) return fail(send.error());
    send->sending.trusted = trusted_;
    tasks_.send(owner_, std::move(send->sending), answer_with([view = send->view, dialect = form_.dialect](const a2a::Reply& reply) {
                  return send_result(reply, view, dialect);
                }));
  }

  void stream(const A2aRequest& request) {
    auto send = read_send(request);
    if (!send) return fail(send.error());
    const auto writer = std::make_shared<EventWriter>(form_, send->sending.message.task_id.empty());
    send->sending.trusted = trusted_;
    send->sending.listener = writer;
    tasks_.send(owner_, std::move(send->sending),
                [form = form_, writer, done = std::move(done_)](const Outcome<a2a::Reply>& reply) mutable {
                  done(reply ? writer->answer() : form.failed(reply.error()));
                });
  }

  Outcome<std::string> get(const A2aRequest& request) {
    auto id = read_task_id(request);
    if (!id) return id;
    auto view = read_view(request);
    if (!view) return tl::unexpected(view.error());
    return tasks_.get(owner_, *id).map([&](const a2a::Task& task) { return a2a::json_of(task, form_.dialect, *view); });
  }

  Outcome<std::string> list(const A2aRequest& request) {
    auto wanted = read_list(request);
    if (!wanted) return tl::unexpected(wanted.error());
    return tasks_.list(owner_, wanted->listing).map([&](const a2a::Page& page) { return list_result(page, wanted->view, form_.dialect); });
  }

  void cancel(const A2aRequest& request) {
    auto id = read_task_id(request);
    if (!id) return fail(id.error());
    tasks_.cancel(owner_, *id, answer_with([dialect = form_.dialect](const a2a::Task& task) { return a2a::json_of(task, dialect); }));
  }

  void subscribe(const A2aRequest& request) {
    auto id = read_task_id(request);
    if (!id) return fail(id.error());
    const auto writer = std::make_shared<EventWriter>(form_, false);
    if (auto good = tasks_.subscribe(owner_, *id, writer); !good) return fail(good.error());
    done_(writer->answer());
  }

  void push_set(const A2aRequest& request) {
    auto name = read_push_name(request, false);
    if (!name) return fail(name.error());
    auto config = read_push_config(request);
    if (!config) return fail(config.error());
    // Clients of version 0.3 that name no receiver ask for this one later.
    if (config->id.empty() && form_.dialect != Dialect::v1) config->id = "default";
    tasks_.set_push(owner_, name->task_id, std::move(*config),
                    answer_with([dialect = form_.dialect, task = name->task_id](const a2a::PushConfig& kept) {
                      return a2a::push_json(task, kept, dialect);
                    }));
  }

  Outcome<std::string> push_get(const A2aRequest& request) {
    auto name = read_push_name(request, true);
    if (!name) return tl::unexpected(name.error());
    auto list = tasks_.push(owner_, name->task_id);
    if (!list) return tl::unexpected(list.error());
    for (const a2a::PushConfig& one : *list)
      if (name->config_id.empty() || one.id == name->config_id) return a2a::push_json(name->task_id, one, form_.dialect);
    return tl::unexpected(Fault{Fault::Kind::task_not_found, "the task " + name->task_id + " has no such receiver", {}, name->task_id});
  }

  Outcome<std::string> push_list(const A2aRequest& request) {
    auto name = read_push_name(request, false);
    if (!name) return tl::unexpected(name.error());
    return tasks_.push(owner_, name->task_id).map([&](const auto& list) { return push_list_result(list, name->task_id, form_.dialect); });
  }

  void push_delete(const A2aRequest& request) {
    auto name = read_push_name(request, true);
    if (!name) return fail(name.error());
    if (name->config_id.empty()) return fail(a2a::bad("pushNotificationConfigId", "is required").value());
    tasks_.remove_push(owner_, name->task_id, name->config_id, [form = form_, done = std::move(done_)](const Outcome<void>& gone) mutable {
      done(gone ? form.answer(form.rpc && form.dialect == Dialect::v03 ? "null" : "{}") : form.failed(gone.error()));
    });
  }

  a2a::Tasks& tasks_;
  const AgentService& agent_;
  const std::string_view owner_;
  const bool trusted_;
  const Form form_;
  Done done_;
};

constexpr std::size_t kRootSegments = 2;  // a2a, v1
constexpr unsigned bit(Method method) { return 1U << static_cast<unsigned>(method); }

/// A path below the root: [v1/]COLLECTION[:VERB] or [v1/]COLLECTION/ID[:VERB][/BELOW[/CONFIG]].
struct Place {
  bool older = false;  ///< below /v1, where version 0.3 has its paths
  std::string_view collection, id, verb, below, config;
  bool good = false;
};

Place place_of(const Segments& segments) {
  Place place;
  std::size_t at = kRootSegments, count = segments.count;
  if (count > at && segments.values[count - 1].empty()) --count;
  const auto next = [&]() -> std::string_view { return at < count ? std::string_view(segments.values[at++]) : std::string_view(); };
  /// The next segment, without the verb behind its last colon.
  const auto next_with_verb = [&] {
    const std::string_view text = next();
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos) place.verb = text.substr(colon + 1);
    return text.substr(0, colon);
  };
  place.older = at < count && segments.values[at] == "v1";
  if (place.older) ++at;
  place.collection = next_with_verb();
  if (place.verb.empty()) {
    place.id = next_with_verb();
    place.below = next();
    place.config = next();
  }
  place.good = at == count;
  return place;
}

/// What each kind of path does; * in `id` and `config` stands for any text.
struct Row {
  std::string_view collection, id, verb, below, config;
  Method method;
  Op operation;
};
constexpr Row kRows[] = {
    {"message", "", "send", "", "", Method::post, Op::send},
    {"message", "", "stream", "", "", Method::post, Op::stream},
    {"extendedAgentCard", "", "", "", "", Method::get, Op::card},
    {"card", "", "", "", "", Method::get, Op::card},
    {"tasks", "", "", "", "", Method::get, Op::list},
    {"tasks", "*", "", "", "", Method::get, Op::get},
    {"tasks", "*", "cancel", "", "", Method::post, Op::cancel},
    {"tasks", "*", "subscribe", "", "", Method::post, Op::subscribe},
    {"tasks", "*", "subscribe", "", "", Method::get, Op::subscribe},
    {"tasks", "*", "", "pushNotificationConfigs", "", Method::post, Op::push_set},
    {"tasks", "*", "", "pushNotificationConfigs", "", Method::get, Op::push_list},
    {"tasks", "*", "", "pushNotificationConfigs", "*", Method::get, Op::push_get},
    {"tasks", "*", "", "pushNotificationConfigs", "*", Method::del, Op::push_delete},
};

bool fits(const Row& row, const Place& place) {
  const auto same = [](std::string_view pattern, std::string_view text) { return pattern == "*" ? !text.empty() : pattern == text; };
  return place.good && row.collection == place.collection && same(row.id, place.id) && row.verb == place.verb && row.below == place.below &&
         same(row.config, place.config);
}

/// Parameters of the query as members of the request object; unknown ones are left out.
Outcome<void> read_query(std::string_view query, JsonDocument& params) {
  auto pairs = split_query(query);
  if (!pairs) return a2a::refuse(Fault::Kind::invalid_params, pairs.error().message());
  for (const auto& [written, value] : *pairs) {
    // Version 0.3 also has the names of its protobuf messages.
    const std::string name = written == "history_length" ? "historyLength" : written;
    if (name == "historyLength" || name == "pageSize") {
      std::int64_t number = 0;
      if (!read_number(value, number)) return a2a::bad(name, "must be an integer");
      params.set_integer(name, number);
    } else if (name == "includeArtifacts") {
      if (value != "true" && value != "false") return a2a::bad(name, "must be true or false");
      params.set_boolean(name, value == "true");
    } else if (name == "contextId" || name == "status" || name == "pageToken" || name == "statusTimestampAfter") {
      params.set_string(name, value);
    }
  }
  return {};
}

/// The root, where JSON-RPC is spoken.
bool is_root(const Segments& segments) {
  if (segments.count < kRootSegments || segments.values[1] != "v1") return false;
  return segments.count == kRootSegments || (segments.count == kRootSegments + 1 && segments.values[kRootSegments].empty());
}

/// The version that a request names, by header or by parameter; empty when it names none.
std::string version_text(const RequestHead& head, std::string_view query) {
  const std::string_view named = head.header("A2A-Version");
  if (!named.empty() || query.find('2') == std::string_view::npos) return std::string(named);
  const auto pairs = split_query(query);
  if (!pairs) return {};
  for (const auto& [name, value] : *pairs)
    if (name == "A2A-Version" || name == "a2a-version") return value;
  return {};
}

/// What an HTTP+JSON client speaks. One that names no version speaks 0.3 below /v1, 1.0 elsewhere.
Dialect rest_dialect(const Segments& segments, std::optional<Dialect> version) {
  const bool older = version ? *version != Dialect::v1 : place_of(segments).older;
  return older ? Dialect::v03_rest : Dialect::v1;
}

Outcome<A2aRequest> read_rest(const MountedCall& call, Dialect dialect) {
  const Place place = place_of(call.segments);
  A2aRequest request;
  request.dialect = dialect;
  const Method method = method_of(call.head.method);
  for (const Row& row : kRows)
    if (row.method == method && fits(row, place)) request.operation = row.operation;
  if (method == Method::post && !is_blank(call.body)) {
    auto body = JsonDocument::parse(call.body);
    if (!body) return a2a::refuse(Fault::Kind::parse_error, "the body is not JSON: " + body.error().message());
    if (body->root().kind() != JsonKind::object) return a2a::refuse(Fault::Kind::invalid_params, "the body must be a JSON object");
    request.params.merge(body->root());
  } else if (auto good = read_query(call.query, request.params); !good) {
    return tl::unexpected(std::move(good.error()));
  }
  if (place.id.empty()) return request;
  if (place.below.empty()) {
    request.params.set_string("id", place.id);
    return request;
  }
  request.params.set_string("taskId", place.id);
  if (!place.config.empty()) request.params.set_string("id", place.config);
  return request;
}

tl::unexpected<Fault> not_json(std::string_view type) {
  return a2a::refuse(Fault::Kind::media_type_not_supported,
                     "a body must be application/json or application/a2a+json, not " + std::string(type.substr(0, 100)));
}

/// Reads a JSON-RPC request; `form` gets its id as soon as that is known.
Outcome<A2aRequest> read_rpc(const std::string& body, std::optional<Dialect> version, Form& form) {
  auto document = JsonDocument::parse(body);
  if (!document) return a2a::refuse(Fault::Kind::parse_error, "the body is not JSON: " + document.error().message());
  const JsonRef root = document->root();
  const auto wrong = [](std::string words) { return a2a::refuse(Fault::Kind::invalid_request, std::move(words)); };
  if (root.kind() == JsonKind::array) return wrong("batch requests are not supported");
  if (root.kind() != JsonKind::object) return wrong("a JSON-RPC request must be an object");
  const JsonRef id = root.get("id");
  const bool named = id && (id.kind() == JsonKind::string || id.kind() == JsonKind::integer || id.kind() == JsonKind::number);
  if (named) form.id = id.dump();
  if (id && !named && !id.is_null()) return wrong("id: must be a string or a number");
  if (root.get("jsonrpc").text() != "2.0") return wrong("jsonrpc: must be \"2.0\"");
  const JsonRef method = root.get("method");
  if (!method.is(JsonKind::string)) return wrong("method: must be a string");
  auto request = request_for(method.string());
  // The versions share no method name, so the method tells the version of a client that names none.
  if (!request || (version && *version != request->dialect))
    return a2a::refuse(Fault::Kind::method_not_found, "there is no method " + method.string().substr(0, 100));
  form.dialect = request->dialect;
  if (const JsonRef params = root.get("params"); !params.is_null()) {
    if (params.kind() != JsonKind::object) return a2a::refuse(Fault::Kind::invalid_params, "params: must be an object", "params");
    request->params.merge(params);
  }
  return std::move(*request);
}

}  // namespace

unsigned A2aSurface::methods(const Segments& segments) const {
  if (is_root(segments)) return bit(Method::post);
  if (segments.count < kRootSegments || segments.values[1] != "v1") return 0;
  const Place place = place_of(segments);
  unsigned bits = 0;
  for (const Row& row : kRows)
    if (fits(row, place)) bits |= bit(row.method);
  return bits;
}

void A2aSurface::answer(MountedCall call, Done done) {
  Form form;
  form.rpc = is_root(call.segments);
  if (!form.rpc && call.head.accept.find(kA2aJson) != std::string::npos) form.media = kA2aJson;
  auto version = a2a_version(version_text(call.head, call.query));
  if (!form.rpc) form.dialect = rest_dialect(call.segments, version.value_or(std::nullopt));
  Outcome<A2aRequest> request = a2a::refuse(Fault::Kind::internal, "unexpected failure inside the server");
  const bool has_body = !call.body.empty();
  try {
    if (!version && form.rpc) (void)read_rpc(call.body, std::nullopt, form);  // for the id
    if (!version) request = tl::unexpected(std::move(version.error()));
    else if (has_body && !call.head.content_type.empty() && !is_json_type(call.head.content_type, kA2aJson))
      request = not_json(call.head.content_type);
    else if (form.rpc) request = read_rpc(call.body, *version, form);
    else request = read_rest(call, form.dialect);
  } catch (const std::exception&) {  // its message may contain a secret
  }
  if (!request) return done(form.failed(request.error()));
  form.dialect = request->dialect;
  // Clients of version 0.3 expect a stream even for a failure.
  form.events = form.rpc && form.dialect == Dialect::v03 && (request->operation == Op::stream || request->operation == Op::subscribe);
  RequestHandler(tasks_, agent_, call, std::move(form), std::move(done)).handle(*request);
}

}  // namespace facio::serve
