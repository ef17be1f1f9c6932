#include "commands/facio/mcp/server/connection.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "commands/facio/mcp/server/elicitation.hpp"
#include "commands/facio/mcp/server/sse_transport.hpp"
#include "commands/facio/mcp/server/stdio_transport.hpp"
#include "commands/facio/mcp/server/streamable_transport.hpp"
#include "commands/facio/mcp/server/tool_names.hpp"
#include "commands/facio/mcp/server/tool_result.hpp"

namespace facio::serve {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds kFirstPause{250};
constexpr milliseconds kLongestPause{60'000};
constexpr seconds kStable{30};        // a connection that held this long begins with the first pause again
constexpr milliseconds kSettle{200};  // between two looks at a list of tools that keeps changing
constexpr milliseconds kWaitForConnection{5'000};
constexpr McpPatience kListing{seconds(30), seconds(60)};
constexpr McpPatience kSignOfLife{seconds(30), seconds(30)};

/// The pause after so many failures, with a quarter more or less so that servers are not asked all at once.
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

/// One try to connect.
struct McpConnection::Attempt {
  std::uint64_t number = 0;
  McpConfig config;
  std::shared_ptr<Cancel> cancel;
  McpTarget target;
  std::shared_ptr<McpSession> session;
  std::vector<McpTool> tools;
  std::string transport;
};

McpConnection::McpConnection(Around around, std::string name, McpConfig config)
    : around_(std::move(around)), name_(std::move(name)), config_(std::move(config)) {
  live_.error = "connecting";
  thread_ = std::thread([this] { run(); });
}

McpConnection::~McpConnection() {
  leave();
  join();
}

void McpConnection::begin_anew() {
  ++wanted_;
  if (attempt_) attempt_->cancel("the connection is made anew");
  changed_.notify_all();
}

void McpConnection::configure(McpConfig config) {
  const std::lock_guard lock(mutex_);
  config_ = std::move(config);
  begin_anew();
}

void McpConnection::restart() {
  const std::lock_guard lock(mutex_);
  begin_anew();
}

void McpConnection::leave() {
  const std::lock_guard lock(mutex_);
  leaving_ = true;
  if (attempt_) attempt_->cancel("the server was disconnected");
  changed_.notify_all();
}

McpLive McpConnection::live() const {
  const std::lock_guard lock(mutex_);
  return live_;
}

void McpConnection::wait_outcome(milliseconds most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [this, wanted = wanted_] { return known_ >= wanted || leaving_; });
}

std::shared_ptr<McpSession> McpConnection::open(Attempt& attempt, const std::string& transport, bool& older, Status& status) {
  const McpTarget& target = attempt.target;
  std::unique_ptr<McpTransport> made;
  StreamableTransport* streamable = nullptr;
  if (transport == "stdio") made = std::make_unique<StdioTransport>(target.program);
  else if (transport == "sse") made = std::make_unique<SseTransport>(around_.outbound, target.address);
  else made.reset(streamable = new StreamableTransport(around_.outbound, target.address));
  attempt.transport = transport;
  const auto flag = [this](bool McpConnection::*which) {
    return [this, which] {
      const std::lock_guard lock(mutex_);
      this->*which = true;
      changed_.notify_all();
    };
  };
  auto session = std::make_shared<McpSession>(std::move(made), McpSession::Events{.tools_changed = flag(&McpConnection::tools_changed_),
                                                                                  .doubted = flag(&McpConnection::doubted_),
                                                                                  .ended = flag(&McpConnection::lost_),
                                                                                  .people = around_.approver != nullptr});
  status = session->start(target.start, *attempt.cancel);
  older = !status && streamable != nullptr && streamable->looks_older();
  return session;
}

/// Connects and lists the tools; the session is there even when that fails, so that it can be closed.
Status McpConnection::connect(Attempt& attempt) {
  auto target = mcp_target(attempt.config, around_.credentials, around_.agent, around_.directory);
  attempt.transport = attempt.config.type.value_or("");
  if (!target) return fail(std::move(target.error()));
  attempt.target = std::move(*target);
  bool older = false;
  Status status;
  attempt.session = open(attempt, attempt.target.transport, older, status);
  if (older && attempt.target.inferred) {
    // A URL alone may be that of a server of the older transport.
    Error first = std::move(status.error());
    attempt.session->close();
    attempt.session = open(attempt, "sse", older, status);
    if (!status) {
      status = fail(std::move(first));
      attempt.transport = attempt.target.transport;
    }
  }
  if (status) {
    auto tools = attempt.session->list_tools(kListing, *attempt.cancel);
    if (!tools) return fail(tools.error().code(), "its tools cannot be listed: " + tools.error().message());
    attempt.tools = enabled_only(std::move(*tools), attempt.target.enabled, name_);
    return {};
  }
  std::string text = status.error().message();
  const std::string said = attempt.session->last_words();
  if (!attempt.session->over() && !said.empty()) text += "; it said: " + said;
  return fail(status.error().code(), std::move(text));
}

/// With the lock: there is no connection, for this reason.
void McpConnection::publish(std::string error) {
  live_.connected = false;
  live_.error = std::move(error);
  held_ = {};
  changed_.notify_all();
}

/// With the lock: a connection stands, until it is lost or not wanted any more. Gives why it was lost.
std::string McpConnection::stay(std::unique_lock<std::mutex>& lock, const Attempt& attempt) {
  const auto over = [&] { return leaving_ || lost_ || wanted_ != attempt.number; };
  McpSession& session = *attempt.session;
  while (true) {
    changed_.wait(lock, [&] { return over() || tools_changed_ || doubted_; });
    const bool look = std::exchange(tools_changed_, false), doubt = std::exchange(doubted_, false);
    if (over()) return lost_ ? session.why() : std::string();
    lock.unlock();
    const bool alive = !doubt || session.alive(kSignOfLife, *attempt.cancel);
    auto tools = look && alive ? session.list_tools(kListing, *attempt.cancel) : Result<std::vector<McpTool>>();
    lock.lock();
    if (over()) continue;
    if (!alive) return "it gives no sign of life";
    if (look && tools) live_.tools = enabled_only(std::move(*tools), attempt.target.enabled, name_);
    changed_.notify_all();
    changed_.wait_for(lock, kSettle, over);
  }
}

void McpConnection::run() {
  std::unique_lock lock(mutex_);
  int failures = 0;
  while (!leaving_) {
    Attempt attempt{.number = wanted_,
                    .config = config_,
                    .cancel = std::make_shared<Cancel>(),
                    .target = {},
                    .session = {},
                    .tools = {},
                    .transport = {}};
    attempt_ = attempt.cancel;
    lost_ = tools_changed_ = doubted_ = false;
    lock.unlock();
    Status status = connect(attempt);
    const auto since = steady_clock::now();
    lock.lock();
    std::string error;
    if (!attempt.transport.empty()) live_.transport = attempt.transport;
    if (status && wanted_ == attempt.number && !leaving_) {
      live_.connected = true;
      live_.error.clear();
      live_.tools = std::move(attempt.tools);
      held_ = {.session = attempt.session, .secrets = attempt.target.secrets, .patience = attempt.target.call};
      known_ = attempt.number;
      changed_.notify_all();
      const std::string why = stay(lock, attempt);
      error = why.empty() ? std::string("connecting") : scrubbed(why, attempt.target.secrets) + "; connecting again";
      if (steady_clock::now() - since >= kStable) failures = 0;
    } else if (!status) {
      error = scrubbed(status.error().message(), attempt.target.secrets);
      live_.tools.clear();
      known_ = std::max(known_, wanted_ == attempt.number ? attempt.number : known_);
    }
    publish(wanted_ == attempt.number ? error : "connecting");
    lock.unlock();
    if (attempt.session) attempt.session->close();
    lock.lock();
    if (wanted_ != attempt.number) {
      failures = 0;
      continue;
    }
    changed_.wait_for(lock, pause_after(failures++), [&] { return leaving_ || wanted_ != attempt.number; });
  }
  known_ = wanted_;
  publish("it was disconnected");
  live_.tools.clear();
  gone_ = true;
}

/// What stands now, or soon; without a session and with the reason in `why` when nothing does.
McpConnection::LiveSession McpConnection::held(const Cancel& cancel, const std::shared_ptr<McpSession>& not_this, std::string& why) {
  const auto end = steady_clock::now() + kWaitForConnection;
  std::unique_lock lock(mutex_);
  while (!held_.session || held_.session == not_this) {
    why = live_.error;
    if (leaving_ || cancel.cancelled() || steady_clock::now() >= end) return {};
    changed_.wait_for(lock, milliseconds(100));
  }
  return held_;
}

ToolOutput McpConnection::call(const ToolRun& run, std::string_view tool, JsonRef arguments) {
  McpSession::Asker asker;
  if (around_.approver != nullptr)
    asker = [this, &run](JsonRef params, const Cancel& over) { return ask_person(*around_.approver, run, name_, params, over); };
  const std::string given = arguments.is(JsonKind::object) ? arguments.dump() : "{}";
  std::shared_ptr<McpSession> last;
  for (int tries = 0; tries < 2; ++tries) {
    std::string why;
    const LiveSession now = held(run.cancel, last, why);
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
    // The server has forgotten the session without looking at the call: it goes to the next one.
    last = now.session;
  }
  return {.text = "the MCP server " + name_ + " ends every session at once", .failed = true};
}

}  // namespace facio::serve
