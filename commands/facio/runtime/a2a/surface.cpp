#include "commands/facio/runtime/a2a/surface.hpp"

#include <atomic>
#include <exception>

#include "cli/core/shape_json.hpp"
#include "commands/facio/agent/server/service.hpp"
#include "commands/facio/runtime/a2a/request.hpp"
#include "commands/facio/runtime/a2a/surface_routes.hpp"

namespace facio::serve {
namespace {

using a2a::Dialect;
using a2a::Fault;
using a2a::Outcome;
using Done = UniqueFunction<void(Answer)>;
using Op = A2aOperation;

constexpr std::string_view kJson = "application/json", kA2aJson = "application/a2a+json", kEvents = "text/event-stream";
// A comment, which every reader of event streams skips.
constexpr std::string_view kBeat = ":\n\n";

/// How an answer is wrapped.
struct Form {
  bool rpc = false;
  std::string id = "null";  ///< of the JSON-RPC request, as JSON
  std::string_view media = kJson;
  Dialect dialect = Dialect::v1;
  bool events = false;  ///< a failure is an event too

  [[nodiscard]] std::string wrapped(std::string_view result) const {
    if (!rpc) return std::string(result);
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":)" + std::string(result) + "}";
  }
  [[nodiscard]] Answer good(std::string_view result) const {
    Answer answer;
    answer.media = media;
    answer.body = wrapped(result);
    return answer;
  }
  [[nodiscard]] Answer failed(const Fault& fault) const {
    Answer answer;
    answer.media = media;
    if (rpc) {
      answer.body = R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":)" + a2a::rpc_error(fault) + "}";
      if (events) answer.media = kEvents;
      if (events) answer.body = "data: " + answer.body + "\n\n";
    } else {
      answer.status = a2a::http_status(fault.kind);
      answer.body = dialect == Dialect::v1 ? a2a::http_error(fault) : a2a::rpc_error(fault);
    }
    return answer;
  }
};

/// Puts events into the stream of one client.
class EventWriter final : public a2a::Listener {
 public:
  explicit EventWriter(Form form)
      : form_(std::move(form)), stream_(std::make_shared<BodyStream>(kBeat, [gone = gone_](BodyStream::Event event) {
          if (event == BodyStream::Event::gone) *gone = true;
        })) {}

  void hear(const a2a::Event& event) override {
    if (*gone_) return;
    const auto pushed = stream_->push("data: " + form_.wrapped(a2a::written(event, form_.dialect)) + "\n\n");
    // A client that does not read loses the stream, not the task: it may subscribe again.
    if (pushed == BodyStream::Pushed::full) stream_->abort();
    if (pushed != BodyStream::Pushed::taken) *gone_ = true;
    if (event.last && event.kind == a2a::Event::Kind::status) stream_->finish();
  }
  [[nodiscard]] bool listens() const override { return !*gone_; }
  [[nodiscard]] Answer answer() const {
    Answer answer;
    answer.media = kEvents;
    answer.headers = "X-Accel-Buffering: no\r\n";  // a proxy that collects would hold the events back
    answer.stream = stream_;
    return answer;
  }

 private:
  const Form form_;
  const std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<BodyStream> stream_;
};

/// One request: what it asks for, and how it is answered.
class Work {
 public:
  Work(a2a::Tasks& tasks, const AgentService& agent, const MountedCall& call, Form form, Done done)
      : tasks_(tasks), agent_(agent), owner_(call.agent), trusted_(call.trusted), form_(std::move(form)), done_(std::move(done)) {}

  void perform(const A2aRequest& request) {
    switch (request.operation) {
      case Op::send: return send(request, false);
      case Op::stream: return send(request, true);
      case Op::get: return get(request);
      case Op::list: return list(request);
      case Op::cancel: return cancel(request);
      case Op::subscribe: return subscribe(request);
      case Op::push_set: return push_set(request);
      case Op::push_get: return push_get(request);
      case Op::push_list: return push_list(request);
      case Op::push_delete: return push_delete(request);
      case Op::card: return done_(form_.good(to_json(agent_.card(form_.dialect == Dialect::v1))));
    }
  }
 private:
  void fail(const Fault& fault) { done_(form_.failed(fault)); }

  void send(const A2aRequest& request, bool streamed) {
    auto send = read_send(request);
    if (!send) return fail(send.error());
    send->sending.trusted = trusted_;
    if (!streamed) {
      auto answer = [form = form_, view = send->view, done = std::move(done_)](Outcome<a2a::Task> task) mutable {
        done(task ? form.good(send_result(*task, view, form.dialect)) : form.failed(task.error()));
      };
      return tasks_.send(owner_, std::move(send->sending), std::move(answer));
    }
    const auto writer = std::make_shared<EventWriter>(form_);
    send->sending.listener = writer;
    tasks_.send(owner_, std::move(send->sending), [form = form_, writer, done = std::move(done_)](const Outcome<a2a::Task>& task) mutable {
      done(task ? writer->answer() : form.failed(task.error()));
    });
  }

  void get(const A2aRequest& request) {
    auto id = read_task_id(request);
    if (!id) return fail(id.error());
    auto view = read_view(request);
    if (!view) return fail(view.error());
    auto task = tasks_.get(owner_, *id);
    if (!task) return fail(task.error());
    std::string out;
    a2a::write(out, *task, form_.dialect, *view);
    done_(form_.good(out));
  }

  void list(const A2aRequest& request) {
    auto wanted = read_list(request);
    if (!wanted) return fail(wanted.error());
    auto page = tasks_.list(owner_, wanted->listing);
    if (!page) return fail(page.error());
    done_(form_.good(list_result(*page, wanted->view, form_.dialect)));
  }

  void cancel(const A2aRequest& request) {
    auto id = read_task_id(request);
    if (!id) return fail(id.error());
    tasks_.cancel(owner_, *id, [form = form_, done = std::move(done_)](const Outcome<a2a::Task>& task) mutable {
      if (!task) return done(form.failed(task.error()));
      std::string out;
      a2a::write(out, *task, form.dialect);
      done(form.good(out));
    });
  }

  void subscribe(const A2aRequest& request) {
    auto id = read_task_id(request);
    if (!id) return fail(id.error());
    const auto writer = std::make_shared<EventWriter>(form_);
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
                    [form = form_, task = name->task_id, done = std::move(done_)](const Outcome<a2a::PushConfig>& kept) mutable {
                      if (!kept) return done(form.failed(kept.error()));
                      std::string out;
                      a2a::write_push(out, task, *kept, form.dialect);
                      done(form.good(out));
                    });
  }

  void push_get(const A2aRequest& request) {
    auto name = read_push_name(request, true);
    if (!name) return fail(name.error());
    auto list = tasks_.push(owner_, name->task_id);
    if (!list) return fail(list.error());
    for (const a2a::PushConfig& one : *list) {
      if (!name->config_id.empty() && one.id != name->config_id) continue;
      std::string out;
      a2a::write_push(out, name->task_id, one, form_.dialect);
      return done_(form_.good(out));
    }
    fail({Fault::Kind::task_not_found, "the task " + name->task_id + " has no such receiver", {}, name->task_id});
  }

  void push_list(const A2aRequest& request) {
    auto name = read_push_name(request, false);
    if (!name) return fail(name.error());
    auto list = tasks_.push(owner_, name->task_id);
    if (!list) return fail(list.error());
    done_(form_.good(push_list_result(*list, name->task_id, form_.dialect)));
  }

  void push_delete(const A2aRequest& request) {
    auto name = read_push_name(request, true);
    if (!name) return fail(name.error());
    if (name->config_id.empty())
      return fail({Fault::Kind::invalid_params, "pushNotificationConfigId: is required", "pushNotificationConfigId"});
    tasks_.remove_push(owner_, name->task_id, name->config_id, [form = form_, done = std::move(done_)](const Outcome<void>& gone) mutable {
      done(gone ? form.good(form.rpc && form.dialect == Dialect::v03 ? "null" : "{}") : form.failed(gone.error()));
    });
  }

  a2a::Tasks& tasks_;
  const AgentService& agent_;
  const std::string_view owner_;
  const bool trusted_;
  const Form form_;
  Done done_;
};

/// Whether a body is declared as what it must be; nothing declared is taken for it.
bool is_json(std::string_view type) {
  const std::string_view media = type.substr(0, type.find(';'));
  const std::string_view name = media.substr(0, media.find_last_not_of(' ') + 1);
  return name.empty() || name == kJson || name == kA2aJson;
}

Fault not_json(std::string_view type) {
  return {Fault::Kind::media_type_not_supported,
          "a body must be application/json or application/a2a+json, not " + std::string(type.substr(0, 100))};
}

/// A JSON-RPC request: its id goes into `form` as soon as it is known.
Outcome<A2aRequest> read_rpc(const std::string& body, std::optional<Dialect> version, Form& form) {
  auto document = JsonDocument::parse(body);
  if (!document) return a2a::refuse(Fault::Kind::parse_error, "the body is no JSON: " + document.error().message());
  const JsonRef root = document->root();
  const auto wrong = [](std::string words) { return a2a::refuse(Fault::Kind::invalid_request, std::move(words)); };
  if (root.kind() == JsonKind::array) return wrong("several requests in one are not supported");
  if (root.kind() != JsonKind::object) return wrong("a JSON-RPC request is an object");
  const JsonRef id = root.get("id");
  const bool named = id && (id.kind() == JsonKind::string || id.kind() == JsonKind::integer || id.kind() == JsonKind::number);
  if (named) form.id = id.dump();
  if (id && !named && !id.is_null()) return wrong("id: must be a text or a number");
  const JsonRef protocol = root.get("jsonrpc");
  if (!protocol.is(JsonKind::string) || protocol.string() != "2.0") return wrong("jsonrpc: must be \"2.0\"");
  const JsonRef method = root.get("method");
  if (!method.is(JsonKind::string)) return wrong("method: must be a text");
  const auto found = a2a_method(method.string());
  // Nobody can mistake the methods of one version for those of the other: a client that names no version is known by them.
  if (!found || (version && *version != found->dialect))
    return a2a::refuse(Fault::Kind::method_not_found, "there is no method " + method.string().substr(0, 100));
  A2aRequest request;
  request.operation = found->operation;
  request.dialect = form.dialect = found->dialect;
  if (const JsonRef params = root.get("params"); !params.is_null()) {
    if (params.kind() != JsonKind::object) return a2a::refuse(Fault::Kind::invalid_params, "params: must be an object", "params");
    request.params.merge(params);
  }
  return request;
}

}  // namespace

unsigned A2aSurface::methods(const Segments& segments) const { return a2a_methods(segments); }

void A2aSurface::answer(MountedCall call, Done done) {
  Form form;
  form.rpc = is_a2a_root(call.segments);
  if (!form.rpc && call.head.accept.find(kA2aJson) != std::string::npos) form.media = kA2aJson;
  auto version = a2a_version(a2a_version_text(call.head, call.query));
  if (!form.rpc) form.dialect = rest_dialect(call.segments, version.value_or(std::nullopt));
  Outcome<A2aRequest> request = a2a::refuse(Fault::Kind::internal, "unexpected failure inside the server");
  const bool has_body = !call.body.empty();
  try {
    if (!version && form.rpc) (void)read_rpc(call.body, std::nullopt, form);  // for the id
    if (!version) request = tl::unexpected(std::move(version.error()));
    else if (has_body && !is_json(call.head.content_type)) request = tl::unexpected(not_json(call.head.content_type));
    else if (form.rpc) request = read_rpc(call.body, *version, form);
    else request = read_rest(call, form.dialect);
  } catch (const std::exception&) {  // what it says may hold a secret
  }
  if (!request) return done(form.failed(request.error()));
  form.dialect = request->dialect;
  // Clients of version 0.3 expect a stream, whatever comes.
  form.events = form.rpc && form.dialect == Dialect::v03 && (request->operation == Op::stream || request->operation == Op::subscribe);
  Work(tasks_, agent_, call, std::move(form), std::move(done)).perform(*request);
}

}  // namespace facio::serve
