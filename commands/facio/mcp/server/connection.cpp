#include "commands/facio/mcp/server/connection.hpp"

#include <algorithm>
#include <bit>
#include <random>
#include <utility>

#include "commands/facio/mcp/server/agreements.hpp"
#include "commands/facio/mcp/server/elicitation.hpp"
#include "commands/facio/mcp/server/journal.hpp"
#include "commands/facio/mcp/server/oauth/logins.hpp"
#include "commands/facio/mcp/server/stdio_transport.hpp"
#include "commands/facio/mcp/server/tools.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::serve {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds kFirstPause{250};
constexpr milliseconds kLongestPause{60'000};
constexpr seconds kStable{30};        // a connection that held this long resets the pause
constexpr seconds kAfterFailure{1};   // of our own
constexpr milliseconds kSettle{200};  // between two reads of a list of tools that keeps changing
constexpr milliseconds kWaitForConnection{5'000};
constexpr McpPatience kListing{seconds(30), seconds(60)};
constexpr McpPatience kPing{kMcpPing, kMcpPing};

/// The pause after so many failures, give or take a quarter so that servers are not all asked at once.
milliseconds pause_after(int failures) {
  const auto planned = std::min(kLongestPause, kFirstPause * (1 << std::min(failures, 10)));
  thread_local std::minstd_rand random{std::random_device{}()};
  return milliseconds(std::uniform_int_distribution<std::int64_t>(planned.count() * 3 / 4, planned.count() * 5 / 4)(random));
}

std::vector<McpTool> enabled_only(std::vector<McpTool> tools, const std::vector<std::string>& enabled, std::string_view server) {
  std::erase_if(tools, [&](const McpTool& tool) { return !is_enabled_tool(enabled, server, tool.name); });
  return tools;
}

}  // namespace

struct McpConnection::Attempt {
  std::uint64_t number = 0;
  McpConfig config;
  std::shared_ptr<Cancel> cancel = std::make_shared<Cancel>();
  McpTarget target = {};
  std::shared_ptr<McpSession> session = {};
  std::vector<McpTool> tools = {};
  std::string transport = {};
};

McpConnection::McpConnection(Setup setup, std::string name, McpConfig config)
    : setup_(std::move(setup)), name_(std::move(name)), config_(std::move(config)) {
  const std::lock_guard lock(mutex_);
  start();
}

/// Requires: mutex_ held. Without a thread there is no connection; reconnect() tries again.
void McpConnection::start() {
  live_.error = "connecting";
  ended_ = false;
  auto thread = Thread::start("a connection to an MCP server", [this] { run(); });
  if (thread) {
    thread_ = std::move(*thread);
    return;
  }
  live_.error = thread.error().message();
  settled_ = requested_;
  ended_ = true;
}

McpConnection::~McpConnection() {
  disconnect();
  join();
}

void McpConnection::reconnect(std::optional<McpConfig> config) {
  const std::lock_guard lock(mutex_);
  if (config) config_ = std::move(*config);
  ++requested_;
  if (!thread_.joinable()) start();
  if (attempt_) attempt_->cancel("reconnecting");
  changed_.notify_all();
}

void McpConnection::disconnect() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  if (attempt_) attempt_->cancel("the server was disconnected");
  changed_.notify_all();
}

McpLive McpConnection::live() const {
  const std::lock_guard lock(mutex_);
  return live_;
}

void McpConnection::wait_outcome(milliseconds most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [this, requested = requested_] { return settled_ >= requested || stopping_; });
}

/// Opens a session; it is there even when that fails, so that it can be closed.
Status McpConnection::open(Attempt& attempt, const std::string& transport, bool& looks_older) {
  const McpTarget& target = attempt.target;
  std::unique_ptr<McpTransport> made;
  StreamableTransport* streamable = nullptr;
  const auto note = [journal = setup_.journal, secrets = target.secrets](std::string_view kind, std::string text) {
    journal->add(kind, scrubbed(std::move(text), secrets));
  };
  if (transport == "stdio")
    made = std::make_unique<StdioTransport>(target.program, [note](std::string_view line) { note("stderr", std::string(line)); });
  else if (transport == "sse") made = std::make_unique<SseTransport>(setup_.outbound, target.address);
  else made.reset(streamable = new StreamableTransport(setup_.outbound, target.address));
  attempt.transport = transport;
  const auto flag = [this](bool McpConnection::*which) {
    return [this, which] {
      const std::lock_guard lock(mutex_);
      this->*which = true;
      changed_.notify_all();
    };
  };
  McpSession::Events events{.tools_changed = flag(&McpConnection::tools_changed_),
                            .unresponsive = flag(&McpConnection::unresponsive_),
                            .ended = flag(&McpConnection::lost_),
                            .can_elicit = setup_.approver != nullptr};
  events.logged = [note](std::string_view level, std::string text) { note("message", std::string(level) + ": " + std::move(text)); };
  attempt.session = std::make_shared<McpSession>(std::move(made), std::move(events));
  Status status = attempt.session->start(target.start, *attempt.cancel);
  looks_older = !status && streamable != nullptr && streamable->looks_older();
  return status;
}

/// Opens a session and lists the tools.
Status McpConnection::connect(Attempt& attempt) {
  auto target = setup_.agreements.admit(setup_.agent, name_, attempt.config);
  attempt.transport = attempt.config.type.value_or("");
  if (!target) return fail(std::move(target.error()));
  attempt.target = std::move(*target);
  if (McpAddress& address = attempt.target.address; !address.url.empty() && !has_authorization(address))
    address.access = setup_.logins.access(setup_.agent, name_, address.url);
  bool looks_older = false;
  Status status = open(attempt, attempt.target.transport, looks_older);
  if (looks_older && attempt.target.inferred) {
    // A URL alone may be that of a server of the older transport.
    attempt.session->close();
    if (open(attempt, "sse", looks_older)) status = {};
    else attempt.transport = attempt.target.transport;
  }
  if (!status) {
    std::string text = status.error().message();
    const std::string errors = attempt.session->last_errors();
    if (!attempt.session->over() && !errors.empty()) text += "; it said: " + errors;
    return fail(status.error().code(), std::move(text));
  }
  auto tools = attempt.session->list_tools(kListing, *attempt.cancel);
  if (!tools) return fail(tools.error().code(), "its tools cannot be listed: " + tools.error().message());
  attempt.tools = enabled_only(std::move(*tools), attempt.target.enabled, name_);
  return {};
}

/// There is no connection, for this reason. Requires: mutex_ held.
void McpConnection::publish(std::string error) {
  live_.connected = false;
  live_.error = std::move(error);
  current_ = {};
  changed_.notify_all();
}

/// Serves a connection until it is lost or no longer wanted. Gives why it was lost. Requires: `lock` on mutex_.
std::string McpConnection::watch(std::unique_lock<std::mutex>& lock, const Attempt& attempt) {
  const auto over = [&] { return stopping_ || lost_ || requested_ != attempt.number; };
  McpSession& session = *attempt.session;
  while (true) {
    changed_.wait(lock, [&] { return over() || tools_changed_ || unresponsive_; });
    const bool reload = std::exchange(tools_changed_, false), doubt = std::exchange(unresponsive_, false);
    if (over()) return lost_ ? session.why() : std::string();
    lock.unlock();
    const bool alive = !doubt || session.alive(kPing, *attempt.cancel);
    auto tools = reload && alive ? session.list_tools(kListing, *attempt.cancel) : Result<std::vector<McpTool>>();
    lock.lock();
    if (over()) continue;
    if (!alive) return "it does not respond to ping";
    if (reload && tools) live_.tools = enabled_only(std::move(*tools), attempt.target.enabled, name_);
    changed_.notify_all();
    changed_.wait_for(lock, kSettle, over);
  }
}

void McpConnection::run() {
  while (!contained("a connection to an MCP server", [this] { rounds(); })) {
    std::unique_lock lock(mutex_);
    (void)contained("a connection to an MCP server", [this] { publish("an unexpected failure inside the server; connecting again"); });
    changed_.wait_for(lock, kAfterFailure, [this] { return stopping_; });
  }
}

void McpConnection::rounds() {
  std::unique_lock lock(mutex_);
  int failures = 0;
  while (!stopping_) {
    Attempt attempt{.number = requested_, .config = config_};
    attempt_ = attempt.cancel;
    lost_ = tools_changed_ = unresponsive_ = false;
    lock.unlock();
    Status status = connect(attempt);
    const auto since = steady_clock::now();
    lock.lock();
    std::string error;
    McpFailure failure;
    if (!attempt.transport.empty()) live_.transport = attempt.transport;
    if (status && requested_ == attempt.number && !stopping_) {
      live_.connected = true;
      live_.error.clear();
      live_.tools = std::move(attempt.tools);
      setup_.journal->add("connected", "connected by " + live_.transport + ", " + std::to_string(live_.tools.size()) + " tools");
      current_ = {.session = attempt.session, .secrets = attempt.target.secrets, .patience = attempt.target.call};
      settled_ = attempt.number;
      changed_.notify_all();
      const std::string why = watch(lock, attempt);
      error = why.empty() ? std::string("connecting") : scrubbed(why, attempt.target.secrets) + "; connecting again";
      if (steady_clock::now() - since >= kStable) failures = 0;
      if (!why.empty()) setup_.journal->add("lost", "lost: " + scrubbed(why, attempt.target.secrets));
      if (!why.empty() && !attempt.session->expired()) failure = {.was_connected = true, .why = why};
    } else if (!status) {
      error = scrubbed(status.error().message(), attempt.target.secrets);
      setup_.journal->add("failed", "not connected: " + error);
      live_.tools.clear();
      if (requested_ == attempt.number) settled_ = attempt.number;
      // In a row of failures, each that doubles their number: a server that is gone for days is told of often enough, but not for ever.
      if (std::has_single_bit(static_cast<unsigned>(failures) + 1)) failure = {.why = status.error().message(), .in_a_row = failures + 1};
    }
    const bool unwanted = stopping_ || requested_ != attempt.number;
    publish(requested_ == attempt.number ? error : "connecting");
    lock.unlock();
    if (attempt.session) attempt.session->close();
    if (!failure.why.empty() && !unwanted) setup_.agreements.note_failure(setup_.agent, name_, attempt.target, failure);
    lock.lock();
    if (requested_ != attempt.number) {
      failures = 0;
      continue;
    }
    // What waits for a person to log in is not asked for every few seconds.
    const bool refused = !status && status.error().code() == Code::unauthenticated;
    changed_.wait_for(lock, refused ? kLongestPause : pause_after(failures++), [&] { return stopping_ || requested_ != attempt.number; });
  }
  settled_ = requested_;
  setup_.journal->add("disconnected", "disconnected");
  publish("it was disconnected");
  live_.tools.clear();
  ended_ = true;
}

/// The current session, or one that is made soon; without any, `why` says why.
McpConnection::LiveSession McpConnection::session_for(const Cancel& cancel, const std::shared_ptr<McpSession>& not_this, std::string& why) {
  const auto end = steady_clock::now() + kWaitForConnection;
  std::unique_lock lock(mutex_);
  while (!current_.session || current_.session == not_this) {
    why = live_.error;
    if (stopping_ || cancel.cancelled() || steady_clock::now() >= end) return {};
    changed_.wait_for(lock, milliseconds(100));
  }
  return current_;
}

Result<std::int64_t> McpConnection::ping(const Cancel& cancel) {
  std::string why;
  const LiveSession now = session_for(cancel, {}, why);
  if (!now.session) return fail(Code::conflict, "not connected: " + why);
  const auto begun = steady_clock::now();
  if (!now.session->alive(kPing, cancel)) {
    setup_.journal->add("silent", "no sign of life within " + std::to_string(kMcpPing.count()) +
                                      " s; it is looked at again, and connected to anew if there is none");
    const std::lock_guard lock(mutex_);
    if (current_.session == now.session) unresponsive_ = true;
    changed_.notify_all();
    return fail(Code::upstream_timeout, "it gives no sign of life");
  }
  return std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begun).count();
}

ToolOutput McpConnection::call(const ToolRun& run, std::string_view tool, JsonRef arguments) {
  McpSession::Asker asker;
  if (setup_.approver != nullptr && !run.session_key.empty())
    asker = [this, &run](JsonRef params, const Cancel& over) { return ask_person(*setup_.approver, run, name_, params, over); };
  const std::string given = arguments.is(JsonKind::object) ? arguments.dump() : "{}";
  std::shared_ptr<McpSession> last;
  for (int tries = 0; tries < 2; ++tries) {
    std::string why;
    const LiveSession now = session_for(run.cancel, last, why);
    if (run.cancel.cancelled()) return {.text = run.cancel.why(), .failed = true};
    if (!now.session) return {.text = "the MCP server " + name_ + " is not connected: " + why, .failed = true};
    auto answer = now.session->call_tool(tool, given, now.patience, run.cancel, asker);
    if (answer) {
      ToolOutput output = tool_output(answer->root().get("result"));
      output.text = scrubbed(std::move(output.text), now.secrets);
      return output;
    }
    const Error& error = answer.error();
    if (error.code() != Code::not_found)
      return {.text = "the MCP server " + name_ + ": " + scrubbed(error.message(), now.secrets), .failed = true};
    // The server has forgotten the session and not looked at the call: it is repeated in the next session.
    last = now.session;
  }
  return {.text = "the MCP server " + name_ + " closes every session immediately", .failed = true};
}

}  // namespace facio::serve
