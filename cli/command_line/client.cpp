#include "cli/command_line/client.hpp"

#include <algorithm>
#include <chrono>

#include "cli/catalogue/declared_route.hpp"
#include "cli/catalogue/global_flags.hpp"
#include "cli/command_line/outcome.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/command_line/terminal_input.hpp"
#include "cli/command_line/waiting.hpp"
#include "cli/core/join.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/http/request.hpp"
#include "cli/output/diff_text.hpp"
#include "cli/output/expressions.hpp"

namespace facio {
namespace {

std::string path_of(const Request& request) { return request.target.substr(0, request.target.find('?')); }

/// A GET without parameters that every agent with this family of routes answers: the collection before the first parameter
/// ("/api/v1/cron" of "/api/v1/cron/{id}"), else the first such route of the area; empty when there is none.
std::string_view collection_of(const Endpoint& endpoint) {
  const std::string_view prefix = endpoint.path.substr(0, endpoint.path.find("/{"));
  if (const Endpoint* other = catalogue_of(endpoint).find_route(Method::get, prefix); other != nullptr && other != &endpoint) return prefix;
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

/// Whether the agent changes something: by the declaration, else by the method.
bool is_change(const Request& request) {
  if (request.endpoint != nullptr) return request.endpoint->effect != Effect::read;
  return request.changes && request.method != "GET" && request.method != "HEAD";
}

/// Leaves of the body what the endpoint declares as its reply, where the system wraps every reply in one more object.
void remove_envelope(const System& system, const Request& request, Response& response) {
  if (request.endpoint == nullptr || system.envelope.empty() || system_of(*request.endpoint) != &system ||
      request.endpoint->form == ReplyForm::text || !json::check_json(response.body))
    return;
  if (const std::string_view inner = json::member(trimmed(response.body), system.envelope); !inner.empty())
    response.body = std::string(inner);
}

/// The address without the path that the system's requests begin with anyway: people copy it along.
std::string without_prefix(const std::string& url, const System& system) {
  std::string_view text = url;
  while (text.ends_with('/')) text.remove_suffix(1);
  const auto address = http::parse_address(text);
  const bool has = address && address->scheme != http::Scheme::local && !system.prefix.empty() && address->prefix.ends_with(system.prefix);
  return has ? std::string(text.substr(0, text.size() - system.prefix.size())) : url;
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

/// Resolved once: a helper or a keyring that failed is not asked a second time, only for the name of the context in the message.
Result<const ResolvedTarget*> Client::target() {
  if (!target_ && !no_target_)
    if (auto status = look_for_target(); !status) no_target_ = std::move(status.error());
  if (!target_) return fail(*no_target_);
  return &*target_;
}

Status Client::look_for_target() {
  const Span span(target_ms_);
  TargetChoice choice = invocation_.global.target;
  choice.fresh_token = token_refreshed_;
  const bool anonymous = !choice.url.empty() || (choice.context.empty() && !environment_.get(Variable::facioctl_url).empty());
  auto config = anonymous ? Result<Config>(Config()) : this->config();
  if (!config) return fail(std::move(config.error()));
  if (!token_refreshed_) warn(*this, config->warnings);
  auto found = resolve_told(choice, *config, environment_, streams_, invocation_.global, sends() && !other_token_);
  if (!found) return fail(std::move(found.error()));
  if (other_token_) {
    if (auto status = may_carry_secret(found->context); !status) return status;
    found->token = *other_token_;
  }
  if (auto status = choose_system(*found); !status) return status;
  found->context.url = without_prefix(found->context.url, *system_);
  target_ = std::move(*found);
  if (!target_->warning.empty() && !token_refreshed_) warn(*this, {target_->warning});
  const bool has_token = other_token_ ? !other_token_->empty() : !target_->token_from.empty();
  // A printed request shows that a token goes along, never which one: none is read for that.
  if (!sends() && has_token) target_->token = Secret(std::string(kMask));
  return {};
}

/// The system that the context names; for a command of another system, at an address given by hand, that one.
Status Client::choose_system(const ResolvedTarget& target) {
  const Context& context = target.context;
  const Endpoint& endpoint = *invocation_.endpoint;
  const System* own = system_of(endpoint);
  const bool by_hand = own != nullptr && (target.context_from == "--url" || target.context_from == "FACIOCTL_URL");
  const System* named = by_hand ? own : find_system(context.kind);
  if (named == nullptr)
    return fail(Code::usage, "context " + context.name + " is of kind " + context.kind + ", which this facioctl does not know",
                "facioctl context list");
  system_ = named;
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

/// After a 401: a token helper may have a newer token than the cached one. Done once.
Result<bool> Client::refresh_token() {
  if (token_refreshed_ || other_token_ || !target_->token_from.starts_with("program ")) return false;
  token_refreshed_ = true;
  target_.reset();
  http_.reset();
  return target().map([](const ResolvedTarget*) { return true; });
}

void Client::identify_by(Secret token, std::string_view header) {
  target_.reset();
  http_.reset();
  other_token_ = std::move(token);
  token_header_ = header;
}

Target Client::http_target() const {
  return {.url = target_->context.url,
          .token = target_->token,
          .token_header = token_header_.empty() ? system_->token_line : token_header_,
          .tls = {.ca = target_->context.ca, .cert = target_->context.cert, .key = target_->context.key},
          .name = target_->context.name,
          .proxies = invocation_.global.no_proxy ? nullptr : &environment_};
}

/// The request as the system takes it, with the system's time-out unless the user gave one.
Result<Request> Client::forwarded(const Request& request) const {
  const System* own = request.endpoint == nullptr ? nullptr : system_of(*request.endpoint);
  Result<Request> sent = request;
  if (own != system_ && system_->forward != nullptr) sent = system_->forward(target_->context, request);
  else if (own != nullptr && own != system_)
    return fail(Code::unsupported, std::string(system_->name) + " has no `" + command_words(*request.endpoint) + "`; nothing was sent",
                "facioctl " + std::string(system_->name));
  else if (own != nullptr && own->adapt != nullptr) sent = own->adapt(request);
  if (sent && invocation_.global.timeout_ms == 0 && system_->timeout_ms != 0) sent->timeout_ms = system_->timeout_ms;
  return sent;
}

Result<Request> Client::as_sent(const Request& request) {
  if (auto found = target(); !found) return fail(std::move(found.error()));
  return forwarded(request);
}

HttpClient& Client::connection() {
  if (!http_) {
    const GlobalOptions& global = invocation_.global;
    Trace trace{.level = global.verbose, .timing = global.timing};
    if (trace.level > 0 || trace.timing) trace.err = &streams_.err;
    http_.emplace(http_target(), trace);
  }
  return *http_;
}

Result<Response> Client::converse(const Request& request, const StreamUse& use) {
  const bool own = request.endpoint != nullptr && system_->converse != nullptr && system_of(*request.endpoint) == system_;
  return own ? system_->converse(request, connection(), use) : connection().send(request, use);
}

Result<Response> Client::send_with_progress(const Request& request, const StreamUse& use) {
  if (use) return converse(request, use);  // what comes is the progress
  const std::string what = request.method + " " + path_of(request);
  const std::string ending = !ending_.empty()     ? ending_
                             : is_change(request) ? "Ctrl-C stops waiting, but the agent may still do it"
                                                  : "Ctrl-C stops waiting";
  const Waiting waiting(
      *this, {.what = "waiting for " + what, .late = "still waiting for " + target_->context.url + " (" + what + ")", .ending = ending});
  return converse(request);
}

/// Whether a 404 means that the agent lacks the whole route: nothing could be missing behind it, or the collection that the object would
/// be in is missing too. An agent words both the same way, so it is asked for the collection.
bool Client::route_missing(const Request& request) {
  const Endpoint* declared =
      request.endpoint != nullptr ? request.endpoint : declared_route(system_->catalogue(), request.method, request.target);
  if (declared == nullptr) return nothing_above(request);
  const Endpoint& endpoint = *declared;
  const bool may_miss = std::ranges::find(endpoint.errors, Code::not_found) != endpoint.errors.end();
  if (!may_miss && endpoint.method == Method::get && endpoint.path.find('{') == std::string_view::npos) return true;
  const std::string_view collection = collection_of(endpoint);
  if (collection.empty()) return !may_miss;
  const auto probe = forwarded({.method = "GET", .target = std::string(collection), .timeout_ms = request.timeout_ms});
  if (!probe) return false;
  const auto answer = connection().send(*probe);
  return answer && answer->status == 404;
}

/// For a path that nothing declares: whether the agent knows none of the paths above it either, up to where all of its routes begin.
bool Client::nothing_above(const Request& request) {
  std::string path = path_of(request);
  for (auto slash = path.rfind('/'); slash != 0 && slash != std::string::npos && slash > system_->prefix.size(); slash = path.rfind('/')) {
    path.resize(slash);
    const auto answer = connection().send({.method = "GET", .target = path, .timeout_ms = request.timeout_ms});
    if (!answer || answer->status != 404) return false;
  }
  return true;
}

Result<Request> Client::request() {
  auto request = build_request(invocation_);
  if (request) request->by_name = true;
  return request;
}

Result<Request> Client::request_to(std::string_view id, Values values, std::string_view body) {
  Invocation other;
  other.endpoint = find_endpoint(id);
  if (other.endpoint == nullptr) return fail(Code::internal, "there is no endpoint " + std::string(id));
  other.global.timeout_ms = invocation_.global.timeout_ms;
  for (auto& value : values) other.values[value.first].push_back(std::move(value.second));
  if (!body.empty()) {
    auto document = JsonDocument::parse(body);
    if (!document) return fail(std::move(document.error()));
    other.body = std::move(*document);
    other.has_body = true;
  }
  auto request = build_request(other);
  if (request) request->by_name = other.endpoint == invocation_.endpoint;
  return request;
}

Result<JsonDocument> Client::ask(std::string_view id, Values values, std::string_view body) {
  return request_to(id, std::move(values), body).and_then([&](const Request& request) { return send(request); }).and_then(json_of);
}

/// What a context says of the output is known only now, and what the flags say was checked before.
Status Client::check_output_of_context() {
  if (has_changed_ || invocation_.global.output_given || target_->context.output.empty()) return {};
  return output::check_before(*invocation_.endpoint, output_of(*this));
}

void Client::remember_change(const Request& request, const Response& response) {
  has_changed_ = has_changed_ || (is_change(request) && response.status < 400);
}

Result<Response> Client::send(const Request& request, const StreamUse& use) {
  if (invocation_.global.all_pages && !paging_ && request.endpoint == invocation_.endpoint) {
    paging_ = true;
    auto all = read_all_pages();
    paging_ = false;
    return all;
  }
  if (auto found = target(); !found) return fail(std::move(found.error()));
  if (target_->context.readonly && request.changes && request.method != "GET" && request.method != "HEAD")
    return refuse_write(target_->context, request.method);
  if (is_change(request))
    if (auto good = check_output_of_context(); !good) return fail(std::move(good.error()));
  auto forwarded = this->forwarded(request);
  if (!forwarded) return fail(std::move(forwarded.error()));
  Request& sent = *forwarded;
  if (invocation_.global.timeout_ms == 0 && target_->context.timeout_ms != 0) sent.timeout_ms = target_->context.timeout_ms;
  const Span span(requests_ms_);
  auto response = send_with_progress(sent, use);
  if (response && response->status == 401) {
    const auto fresh = refresh_token();
    if (!fresh) return fail(fresh.error());
    if (*fresh) response = send_with_progress(sent, use);
  }
  if (!response) return response;
  remember_change(request, *response);
  const Context& context = target_->context;
  // An agent's error message is shown, but not a token or a secret that it repeats.
  if (response->status >= 400) response->body = http::masked(response->body, sent, target_->token);
  if (auto status = check_status(system_->errors, sent, *response); !status) {
    Result<Meant> meant = Meant();
    if (response->status == 404) meant = meant_request(request);
    if (!meant) return fail(std::move(meant.error()));
    if (meant->request) return send(*meant->request, use);
    if (system_->explain != nullptr)
      if (auto known = system_->explain(context, sent, *response, connection())) return fail(std::move(*known));
    if (response->status == 404) {
      // An agent that has the collection has the route, too.
      const bool has_route = !meant->listed.empty() && meant->listed == collection_of(*request.endpoint);
      if (!has_route && route_missing(sent)) return fail(as_unsupported(sent, status.error()));
    }
    if (status.error().code() == Code::unauthenticated && !context.name.empty())
      return fail(std::move(status.error()).with_hint("facioctl context add " + context.name + " --token-file FILE"));
    return fail(std::move(status.error()));
  }
  response->changed = is_change(request);
  if (!paging_) remove_envelope(*system_, request, *response);
  return response;
}

Result<Response> Client::exchange(const Request& request) {
  auto response = as_sent(request).and_then([this](const Request& sent) { return converse(sent); });
  if (response) remember_change(request, *response);
  if (response) remove_envelope(*system_, request, *response);
  return response;
}

Result<LiveAnswer> Client::open(const Request& request) {
  auto answer = as_sent(request).and_then([this](const Request& sent) { return connection().open(sent); });
  if (answer) remember_change(request, {.status = answer->status()});
  return answer;
}

Status Client::confirm(std::string_view what) {
  if (invocation_.global.only_shows()) return {};
  const Endpoint& endpoint = *invocation_.endpoint;
  Context context;
  if (talks_to_agent(endpoint)) {
    const auto found = target();
    if (!found) return fail(found.error());
    context = (*found)->context;
    // There is no point in asking about what will be refused.
    if (context.readonly) return refuse_write(context, endpoint.method == Method::none ? "DELETE" : method_name(endpoint.method));
    if (auto good = check_output_of_context(); !good) return good;
  }
  return facio::ask(what, context, invocation_.global, streams_);
}

Status ask(std::string_view what, const Context& context, const GlobalOptions& options, Streams& streams) {
  const bool terminal = streams.in.is_terminal() && streams.err.is_terminal();
  const std::string action(what);
  std::string phrase = action;  // inside a sentence: "delete a cron job x"
  if (!phrase.empty()) phrase[0] = lower(phrase[0]);
  if (!options.yes_name.empty()) {
    if (options.yes_name == context.name) return {};
    return fail_field(
        Code::usage, "--yes",
        "--yes=" + options.yes_name + " does not match the context in use" + (context.name.empty() ? "" : ", " + context.name));
  }
  const auto ask = [&](const std::string& question) {  // no answer means no
    return ask_line(question, streams).map([](const std::optional<std::string>& line) { return line.value_or(std::string()); });
  };
  if (context.is_protected) {
    if (options.yes || !terminal)
      return fail(Code::forbidden, "context " + context.name + " is protected; its name is needed to " + phrase, "--yes=" + context.name);
    const auto name = ask(action + "? Context " + context.name + " is protected; type its name: ");
    if (!name) return fail(name.error());
    if (*name == context.name) return {};
    return fail(Code::cancelled, "not confirmed; nothing was changed");
  }
  if (options.yes) return {};
  if (!terminal) return fail_field(Code::usage, "--yes", "--yes is required to " + phrase + " without a terminal");
  const auto answer = ask(options.output.accessible ? action + "?\n1: yes\n2: no\nNumber (default 2): " : action + "? [y/N] ");
  if (!answer) return fail(answer.error());
  if (options.output.accessible && *answer == "1") return {};
  if (*answer == "y" || *answer == "Y" || *answer == "yes" || *answer == "Yes") return {};
  return fail(Code::cancelled, "not confirmed; nothing was changed");
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
  if (client.invocation().global.quiet) return {};
  return client.streams().err.write(about_same_agent(sentence, client.invocation()) + "\n");
}

void warn(Client& client, const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) (void)note(client, "facioctl: warning: " + warning);
}

Status check_own_output(const Invocation& invocation, std::string_view own) {
  const std::string word(invocation.value("output"));
  OutputFormat known{};
  if (word.empty() || parse_output_format(word, known)) return {};
  for (std::string_view rest = own; !rest.empty();) {
    const std::string_view one = split_off(rest, ',');
    if (trimmed(one) == word) return {};
  }
  return fail_field(Code::usage, "--output",
                    "--output: '" + printable(word) + "' is not one of " + std::string(own) + ", " + joined(kOutputFormats, ", "));
}

OutputOptions output_of(Client& client) {
  const GlobalOptions& global = client.invocation().global;
  OutputOptions output = global.output;
  if (global.output_given) return output;
  if (auto target = client.target(); target && !(*target)->context.output.empty())
    (void)parse_output_format((*target)->context.output, output.format, &output.expression);
  return output;
}

/// The change was made, whatever is wrong with its answer or with the way of printing it: that must not look like a refusal.
Status after_change(Client& client, Status printed) {
  if (printed || !client.has_changed()) return printed;
  const Code code = printed.error().code();
  if (code != Code::usage && code != Code::failed && code != Code::unsupported && code != Code::server) return printed;
  return client.streams().err.write("facioctl: warning: the change was made, but its answer cannot be printed as requested: " +
                                    printable(printed.error().message()) + "\n");
}

Status print_as(Client& client, const Endpoint& endpoint, std::string_view body, const OutputOptions& output, std::size_t* count) {
  return after_change(client, render(endpoint, body, output, client.streams(), count));
}

Status print_json(Client& client, std::string_view body, const OutputOptions& output) {
  return after_change(client, render_json(body, output, client.streams()));
}

Result<int> print_reply(Client& client, const Endpoint& endpoint, std::string_view body) {
  const GlobalOptions& global = client.invocation().global;
  if (endpoint.media.starts_with("text/x-diff"))
    return exit_code(show_diff(body, output_of(client), global.pager, client.streams(), client.environment()));
  std::size_t count = 1;
  if (auto status = print_as(client, endpoint, body, output_of(client), &count); !status) return fail(std::move(status.error()));
  const bool list = endpoint.form == ReplyForm::list || endpoint.form == ReplyForm::map;
  if (list && count == 0 && global.fail_empty) return fail(Code::not_found, "the list of `" + command_words(endpoint) + "` is empty");
  return 0;
}

Result<int> print_reply(Client& client, const Response& response) {
  if (has_no_content(response)) return 0;
  const Invocation& invocation = client.invocation();
  if (const std::string line = outcome_line(invocation, output_of(client), response.body); !line.empty())
    return exit_code(client.streams().out.write(line));
  return print_reply(client, *invocation.endpoint, response.body);
}

Status print_own(Client& client, std::string_view json, std::string_view if_empty) {
  const Invocation& invocation = client.invocation();
  std::size_t count = 1;
  auto status = print_as(client, *invocation.endpoint, json, invocation.global.output, &count);
  if (status && count == 0 && invocation.global.fail_empty && !if_empty.empty()) return fail(Code::not_found, std::string(if_empty));
  return status;
}

Result<int> exit_code(Status status, int code) {
  return std::move(status).map([code] { return code; });
}

bool has_no_content(const Response& response) {
  return is_blank(response.body) && (response.changed || response.status == 204 || response.status == 205);
}

Result<JsonDocument> json_of(const Response& response) {
  if (is_blank(response.body) && !response.changed) return fail(Code::server, "the agent's answer is empty");
  auto reply = JsonDocument::parse(response.body);
  if (!reply && response.changed) return JsonDocument::object();
  if (!reply) return fail(Code::server, "the agent's answer is not JSON: " + reply.error().message());
  return reply;
}

}  // namespace facio
