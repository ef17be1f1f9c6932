#include "cli/command_line/client.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "cli/command_line/build_request.hpp"
#include "cli/command_line/confirm.hpp"
#include "cli/command_line/pages.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/command_line/show.hpp"
#include "cli/core/secret.hpp"
#include "cli/http/request.hpp"
#include "cli/output/diff_text.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/output/progress.hpp"

namespace facio {
namespace {

std::string path_of(const Request& request) { return request.target.substr(0, request.target.find('?')); }

/// What a GET without parameters asks for that every agent with this family of routes answers: the collection before the first
/// parameter ("/api/v1/cron" of "/api/v1/cron/{id}"), else the first such route of the area; empty when there is none.
std::string_view collection_of(const Endpoint& endpoint) {
  const std::string_view prefix = endpoint.path.substr(0, endpoint.path.find("/{"));
  if (const Endpoint* other = catalogue_of(endpoint).find_route(Method::get, prefix); other != nullptr && other != &endpoint) return prefix;
  const auto needs_values = [](const Endpoint& one) {
    return one.path.find('{') != std::string_view::npos || std::ranges::any_of(one.params, [](const Param& p) { return p.field.required; });
  };
  for (const Endpoint* other : catalogue_of(endpoint).of_area(endpoint.area()))
    if (other->method == Method::get && other->surface == endpoint.surface && !needs_values(*other)) return other->path;
  return {};
}

tl::unexpected<Error> refuse_write(const Context& context, std::string_view method) {
  return fail(Code::forbidden, "context " + context.name + " is read-only; " + std::string(method) + " was not sent",
              "another context with --context NAME");
}

Error as_unsupported(const Request& request, const Error& from) {
  Error error(Code::unsupported, "this agent has no route " + request.method + " " + path_of(request));
  return std::move(error).with_hint("facioctl health get").with_http(from.http(), request.method, path_of(request), from.request_id());
}

/// What the endpoint declares as its reply, where the system wraps all of them in one more object.
void take_out_of_envelope(const System& system, const Request& request, Response& response) {
  if (system.envelope.empty() || system_of(*request.endpoint) != &system || request.endpoint->form == ReplyForm::text) return;
  if (!json::check_json(response.body)) return;
  if (const std::string_view inner = json::member(trimmed(response.body), system.envelope); !inner.empty())
    response.body = std::string(inner);
}

/// Adds the milliseconds of its life to a sum.
class Span {
 public:
  explicit Span(double& sum) : sum_(sum) {}
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  ~Span() { sum_ += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun_).count(); }

 private:
  double& sum_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace

struct Client::Impl {
  const Invocation& invocation;
  Streams& streams;
  const Environment& environment;
  std::optional<ResolvedTarget> resolved;
  std::optional<HttpClient> http;
  std::optional<Error> unresolved = std::nullopt;
  bool paging = false;                       ///< --all reads one page after the other
  double target_ms = 0, requests_ms = 0;     ///< for --timing
  bool asked_again = false;                  ///< the token helper, for a token that the agent accepts
  const System* system = &default_system();  ///< of the context
  std::optional<Secret> other_token;         ///< of identify_by()
  std::string_view token_header = {};        ///< of identify_by(); empty: the system's

  [[nodiscard]] bool only_prints() const { return invocation.global.only_shows(); }
  /// Whether something is sent after all: what --dry-run=check reads.
  [[nodiscard]] bool sends() const { return !only_prints() || invocation.global.dry_run_check; }

  /// Once: a helper or a keyring that failed is not asked a second time, for the name of the context in the message.
  Status resolve() {
    if (resolved) return {};
    if (unresolved) return fail(Error(*unresolved));
    auto status = look_for_target();
    if (!status) unresolved = status.error();
    return status;
  }

  Status look_for_target() {
    const Span span(target_ms);
    TargetChoice choice = invocation.global.target;
    choice.fresh_token = asked_again;
    const bool anonymous = !choice.url.empty() || (choice.context.empty() && !environment.get("FACIOCTL_URL").empty());
    auto config = anonymous ? Result<Config>(Config()) : load_config(config_path(environment, invocation.global.config), environment);
    if (!config) return fail(std::move(config.error()));
    if (!invocation.global.quiet && !asked_again)
      for (const std::string& warning : config->warnings) (void)streams.err.write("facioctl: warning: " + warning + "\n");
    auto found = resolve_target(choice, *config, environment, streams.in, sends() && !other_token);
    if (!found) return fail(std::move(found.error()));
    if (other_token) {
      if (auto status = may_carry_secret(found->context); !status) return status;
      found->token = *other_token;
    }
    if (auto status = choose_system(*found); !status) return status;
    resolved = std::move(*found);
    if (!resolved->warning.empty() && !invocation.global.quiet && !asked_again)
      (void)streams.err.write("facioctl: warning: " + resolved->warning + "\n");
    const bool has_token = other_token ? !other_token->empty() : !resolved->token_from.empty();
    // Printing a request shows that a token goes along, never which: none is read for that.
    if (!sends() && has_token) resolved->token = Secret(std::string(kMask));
    return {};
  }

  /// After a 401: a token helper may have a newer token than the one that was kept. Asked once.
  Result<bool> refresh_token() {
    if (asked_again || other_token || !resolved->token_from.starts_with("program ")) return false;
    asked_again = true;
    resolved.reset();
    http.reset();
    if (auto status = resolve(); !status) return fail(std::move(status.error()));
    return true;
  }

  /// The system that the context names; for a command of another system, at an address given by hand, that one.
  Status choose_system(const ResolvedTarget& target) {
    const Context& context = target.context;
    const Endpoint& endpoint = *invocation.endpoint;
    const System* own = system_of(endpoint);
    const bool by_hand = own != nullptr && (target.context_from == "--url" || target.context_from == "FACIOCTL_URL");
    const System* named = by_hand ? own : find_system(context.kind);
    if (named == nullptr)
      return fail(Code::usage, "context " + context.name + " is of kind " + context.kind + ", which is not known here",
                  "facioctl context list");
    system = named;
    if (own == nullptr || own == named || (own == &default_system() && named->forward != nullptr)) return {};
    const std::string words = "`" + command_words(endpoint) + "`";
    if (own == &default_system())
      return fail(Code::unsupported, std::string(named->name) + " has no " + words + "; context " + context.name + " is of that kind",
                  "facioctl " + std::string(named->name) + ", or another context with --context NAME");
    return fail(Code::usage,
                words + " needs a context of kind " + std::string(own->name) + "; " +
                    (context.name.empty() ? "none is in use" : context.name + " is of kind " + context.kind),
                "another context with --context NAME, or an address with --url");
  }

  [[nodiscard]] Target http_target() const {
    Target target = target_of(*resolved);
    target.token_header = token_header.empty() ? system->token_line : token_header;
    return target;
  }

  /// The request as the system takes it, with its time-out unless somebody said another.
  Result<Request> forwarded(const Request& request) const {
    const System* own = request.endpoint == nullptr ? nullptr : system_of(*request.endpoint);
    Result<Request> sent = request;
    if (own != system && system->forward != nullptr) sent = system->forward(resolved->context, request);
    else if (own != nullptr && own != system)
      return fail(Code::unsupported, std::string(system->name) + " has no `" + command_words(*request.endpoint) + "`; nothing was sent",
                  "facioctl " + std::string(system->name));
    if (sent && invocation.global.timeout_ms == 0 && system->timeout_ms != 0) sent->timeout_ms = system->timeout_ms;
    return sent;
  }

  HttpClient& connection() {
    if (!http) {
      Trace trace;
      trace.level = invocation.global.verbose;
      trace.timing = invocation.global.timing;
      if (trace.level > 0 || trace.timing) trace.err = &streams.err;
      http.emplace(http_target(), trace);
    }
    return *http;
  }

  /// Sends, and shows that something is waited for.
  Result<Response> exchange(const Request& request) {
    const Progress progress(streams.err, progress_style(), "waiting for " + request.method + " " + path_of(request));
    return connection().send(request);
  }
  [[nodiscard]] ProgressStyle progress_style() const {
    const GlobalOptions& global = invocation.global;
    const bool plain = global.progress == ProgressMode::plain || (global.progress == ProgressMode::automatic && global.output.accessible);
    if (global.quiet || global.verbose > 0 || global.timing || global.progress == ProgressMode::none) return ProgressStyle::none;
    if (plain) return ProgressStyle::lines;
    return streams.err.is_terminal() ? ProgressStyle::line : ProgressStyle::none;
  }

  /// Whether a 404 means that the agent lacks the whole route: nothing could be missing behind it, or the collection that the
  /// object would be in is missing too. An agent words both the same way, so it is asked for the collection.
  bool route_missing(const Request& request) {
    if (request.endpoint == nullptr) return false;
    const Endpoint& endpoint = *request.endpoint;
    const bool may_miss = std::ranges::find(endpoint.errors, Code::not_found) != endpoint.errors.end();
    if (!may_miss && endpoint.method == Method::get && endpoint.path.find('{') == std::string_view::npos) return true;
    const std::string_view collection = collection_of(endpoint);
    if (collection.empty()) return !may_miss;
    Request probe;
    probe.method = "GET";
    probe.target = collection;
    probe.timeout_ms = request.timeout_ms;
    const auto sent = forwarded(probe);
    if (!sent) return false;
    const auto answer = connection().send(*sent);
    return answer && answer->status == 404;
  }
};

Client::Client(const Invocation& invocation, Streams& streams, const Environment& environment)
    : impl_(new Impl{.invocation = invocation, .streams = streams, .environment = environment}) {}
Client::~Client() = default;

Streams& Client::streams() { return impl_->streams; }
const Environment& Client::environment() { return impl_->environment; }
const Invocation& Client::invocation() { return impl_->invocation; }

void Client::identify_by(Secret token, std::string_view header) {
  impl_->resolved.reset();
  impl_->http.reset();
  impl_->other_token = std::move(token);
  impl_->token_header = header;
}

Target Client::http_target() { return impl_->http_target(); }

const System& Client::system() { return *impl_->system; }

Result<Request> Client::as_sent(const Request& request) {
  if (auto status = impl_->resolve(); !status) return fail(std::move(status.error()));
  return impl_->forwarded(request);
}

std::pair<double, double> Client::spent_ms() const { return {impl_->target_ms, impl_->requests_ms}; }

Result<const ResolvedTarget*> Client::target() {
  if (auto status = impl_->resolve(); !status) return fail(std::move(status.error()));
  return &*impl_->resolved;
}

Result<Request> Client::request() { return build_request(impl_->invocation); }

Result<Request> Client::request_to(std::string_view id, std::map<std::string, std::string, std::less<>> values,  // NOLINT: moved from
                                   std::string_view body) {
  Invocation other;
  other.endpoint = find_endpoint(id);
  if (other.endpoint == nullptr) return fail(Code::internal, "there is no endpoint " + std::string(id));
  other.global.timeout_ms = impl_->invocation.global.timeout_ms;
  for (auto& [name, value] : values) other.values[name].push_back(std::move(value));
  if (!body.empty()) {
    auto document = JsonDocument::parse(body);
    if (!document) return fail(std::move(document.error()));
    other.body = std::move(*document);
    other.has_body = true;
  }
  return build_request(other);
}

Result<JsonDocument> Client::ask(std::string_view id, std::map<std::string, std::string, std::less<>> values, std::string_view body) {
  auto request = request_to(id, std::move(values), body);
  if (!request) return fail(std::move(request.error()));
  auto response = send(*request);
  if (!response) return fail(std::move(response.error()));
  return json_of(*response);
}

Result<Response> Client::send(const Request& request) {
  if (impl_->invocation.global.all_pages && !impl_->paging && request.endpoint == impl_->invocation.endpoint) {
    impl_->paging = true;
    auto all = read_all_pages(*this);
    impl_->paging = false;
    return all;
  }
  if (auto status = impl_->resolve(); !status) return fail(std::move(status.error()));
  const Context& context = impl_->resolved->context;
  if (context.readonly && request.changes && request.method != "GET" && request.method != "HEAD")
    return refuse_write(context, request.method);
  auto forwarded = impl_->forwarded(request);
  if (!forwarded) return fail(std::move(forwarded.error()));
  Request& sent = *forwarded;
  if (impl_->invocation.global.timeout_ms == 0 && context.timeout_ms != 0) sent.timeout_ms = context.timeout_ms;
  const Span span(impl_->requests_ms);
  auto response = impl_->exchange(sent);
  if (response && response->status == 401) {
    const auto fresh = impl_->refresh_token();
    if (!fresh) return fail(fresh.error());
    if (*fresh) response = impl_->exchange(sent);
  }
  if (!response) return response;
  // What an agent says about a failure is shown; what it gives back of a token or a secret is not.
  if (response->status >= 400) response->body = http::masked(response->body, sent, impl_->resolved->token);
  if (auto status = check_status(impl_->system->errors, sent, *response); !status) {
    if (impl_->system->explain != nullptr)
      if (auto known = impl_->system->explain(context, sent, *response, impl_->connection())) return fail(std::move(*known));
    if (response->status == 404 && impl_->route_missing(sent)) return fail(as_unsupported(sent, status.error()));
    if (status.error().code() == Code::unauthenticated && !context.name.empty())
      return fail(std::move(status.error()).with_hint("facioctl context add " + context.name + " --token-file FILE"));
    return fail(std::move(status.error()));
  }
  if (request.endpoint != nullptr && !impl_->paging) take_out_of_envelope(*impl_->system, request, *response);
  return response;
}

Result<Response> Client::exchange(const Request& request) {
  const auto sent = as_sent(request);
  if (!sent) return fail(sent.error());
  auto response = impl_->connection().send(*sent);
  if (response && request.endpoint != nullptr) take_out_of_envelope(*impl_->system, request, *response);
  return response;
}

Result<LiveAnswer> Client::open(const Request& request) {
  const auto sent = as_sent(request);
  if (!sent) return fail(sent.error());
  return impl_->connection().open(*sent);
}

Status Client::confirm(std::string_view what) {
  if (impl_->only_prints()) return {};
  Context context;
  const Endpoint& endpoint = *impl_->invocation.endpoint;
  if (endpoint.surface != Surface::local || endpoint.remote || endpoint.id == "api") {
    if (auto status = impl_->resolve(); !status) return status;
    context = impl_->resolved->context;
    // Nobody is asked for leave to do what will not be done.
    if (context.readonly) return refuse_write(context, endpoint.method == Method::none ? "DELETE" : method_name(endpoint.method));
  }
  return facio::ask(what, context, impl_->invocation.global, impl_->streams);
}

Result<int> send_and_print(Client& client) { return send_and_print(client, client.request()); }

Result<int> send_and_print(Client& client, const Request& request) {
  const Invocation& invocation = client.invocation();
  const Endpoint& endpoint = *invocation.endpoint;
  if (endpoint.effect == Effect::destructive) {
    std::string what(endpoint.summary);
    for (const Param& param : endpoint.params)
      if (param.is_positional() && invocation.given(param.field.name)) what += " " + printable(invocation.value(param.field.name));
    if (auto status = client.confirm(what); !status) return fail(std::move(status.error()));
  }
  return with_reply(client, request, [&](const Response& response) { return print_reply(client, response); });
}

Result<int> with_reply(Client& client, const Result<Request>& request, const std::function<Result<int>(const Response&)>& use) {
  if (!request) return fail(request.error());
  const auto response = show_or_send(client, *request);
  if (!response) return fail(response.error());
  return *response ? use(**response) : 0;
}

Result<int> with_json(Client& client, const Result<Request>& request, const std::function<Result<int>(JsonDocument&)>& use) {
  return with_reply(client, request, [&](const Response& response) -> Result<int> {
    auto document = json_of(response);
    if (!document) return fail(std::move(document.error()));
    return use(*document);
  });
}

Status note(Client& client, const std::string& sentence) {
  return client.invocation().global.quiet ? Status{} : client.streams().err.write(sentence + "\n");
}

OutputOptions output_of(Client& client) {
  const GlobalOptions& global = client.invocation().global;
  OutputOptions output = global.output;
  if (global.output_given) return output;
  if (auto target = client.target(); target && !(*target)->context.output.empty())
    (void)parse_output_format((*target)->context.output, output.format, &output.expression);
  return output;
}

Result<int> print_reply(Client& client, const Endpoint& endpoint, std::string_view body) {
  if (endpoint.media.starts_with("text/x-diff")) {
    const bool pager = client.invocation().global.pager;
    if (auto status = show_diff(body, output_of(client), pager, client.streams(), client.environment()); !status)
      return fail(std::move(status.error()));
    return 0;
  }
  std::size_t count = 1;
  if (auto status = render(endpoint, body, output_of(client), client.streams(), &count); !status) return fail(std::move(status.error()));
  const bool list = endpoint.form == ReplyForm::list || endpoint.form == ReplyForm::map;
  if (list && count == 0 && client.invocation().global.fail_empty)
    return fail(Code::not_found, "the list of `" + command_words(endpoint) + "` is empty");
  return 0;
}

Result<int> print_reply(Client& client, const Response& response) {
  // What stands between may leave the answer out; the agent did it all the same.
  if (response.body.empty() && client.system().forward != nullptr) return 0;
  return print_reply(client, *client.invocation().endpoint, response.body);
}

Result<JsonDocument> json_of(const Response& response) {
  auto reply = JsonDocument::parse(response.body);
  if (!reply) return fail(Code::server, "the agent's answer is no JSON: " + reply.error().message());
  return reply;
}

}  // namespace facio
