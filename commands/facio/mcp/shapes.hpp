// JSON types of the mcp area (contract section 7).
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

inline constexpr std::string_view kMcpTypes[] = {"stdio", "sse", "streamableHttp"};

struct McpServer {
  std::string name;
  bool enabled = true, connected = false;
  std::string transport;
  std::vector<std::string> tools;
  std::optional<std::string> error;

  static constexpr ShapeHead shape{"McpServer", "An MCP server and its connection", Members::open};
  static constexpr auto fields() {
    using S = McpServer;
    return Fields{
        field("name", &S::name, "name of the server"),
        field("enabled", &S::enabled, "false while it is disabled"),
        field("connected", &S::connected, "the agent has a connection"),
        field("transport", &S::transport, "transport of the connection"),
        field("tools", &S::tools, "tools that it offers"),
        field("error", &S::error, "why it is not connected", {.nullable = true}),
    };
  }
};

/// A transport has what it needs, and nothing of the other one; a change may leave out what stays.
inline constexpr Form kConfigForms[] = {
    {"type?=stdio", "url"},
    {"type?=sse", "command"},
    {"type?=streamableHttp", "command"},
};
inline constexpr Form kAddForms[] = {
    {"type?=stdio command", "url"},
    {"type?=sse url", "command"},
    {"type?=streamableHttp url", "command"},
};

struct McpConfig {
  std::optional<std::string> type;
  std::optional<bool> enabled;
  std::optional<std::string> command;
  std::optional<std::vector<std::string>> args;
  std::optional<std::map<std::string, std::string>> env;
  std::optional<std::string> url;
  std::optional<std::map<std::string, std::string>> headers;
  std::optional<std::vector<std::string>> enabledTools;
  std::optional<std::int64_t> toolTimeout;

  static constexpr ShapeHead shape{"McpConfig", "How to reach an MCP server", Members::closed, kConfigForms,
                                   "type: stdio goes with command, sse and streamableHttp with url; give one of both"};
  static constexpr auto fields() {
    using C = McpConfig;
    return Fields{
        field("type", &C::type, "transport; a new server gets stdio for a command, otherwise streamableHttp", {.choices = kMcpTypes}),
        field("enabled", &C::enabled, "connect at once", {.default_text = "true"}),
        field("command", &C::command, "program to start, for stdio",
              {.pattern = "text-line", .example = "mcp-server", .value_name = "PROGRAM", .group = "transport"}),
        field("args", &C::args, "argument of the program", {.pattern = "no-nul", .flag = "arg", .value_name = "ARG"}),
        field("env", &C::env, "environment variable of the program; the value may contain ${credentials.KEY}",
              {.pattern = "no-nul", .names = "variable", .value_name = "NAME=VALUE"}),
        field("url", &C::url, "address of the server, for sse and streamableHttp",
              {.format = Format::url, .pattern = "http-any", .flag = "server-url", .value_name = "URL", .group = "transport"}),
        field("headers", &C::headers, "header to send; the value may contain ${credentials.KEY}",
              {.pattern = "text-line", .names = "header", .flag = "header", .value_name = "NAME=VALUE"}),
        field("enabledTools", &C::enabledTools, "tool that the agent may use, or * for all",
              {.not_blank = true, .default_text = "*", .flag = "tool", .value_name = "NAME"}),
        field("toolTimeout", &C::toolTimeout, "maximum time for a tool call",
              {.format = Format::seconds, .min = 1, .max = 3600, .default_text = "30"}),
    };
  }
};

/// A tool of a server, for whoever wants to know more than its name.
struct McpToolDetail {
  std::string name, calledAs, knownAs, description;

  static constexpr ShapeHead shape{"McpToolDetail", "A tool of an MCP server"};
  static constexpr auto fields() {
    using T = McpToolDetail;
    return Fields{
        field("name", &T::name, "its name on the server"),
        field("calledAs", &T::calledAs, "name that models use"),
        field("knownAs", &T::knownAs, "name in policy rules and in the audit log"),
        field("description", &T::description, "the server's description"),
    };
  }
};

inline constexpr std::string_view kMcpLogSources[] = {"agent", "stderr", "server"};
inline constexpr std::string_view kMcpLogKinds[] = {"connected", "failed", "lost", "silent", "disconnected", "stderr", "message"};

/// Who says a line of this kind.
constexpr std::string_view source_of_log(std::string_view kind) {
  return kind == "stderr" ? kMcpLogSources[1] : kind == "message" ? kMcpLogSources[2] : kMcpLogSources[0];
}

/// A line of the log of a server.
struct McpLogLine {
  std::int64_t seq = 0;
  std::string time, source, kind, text;

  friend bool operator==(const McpLogLine&, const McpLogLine&) = default;

  static constexpr ShapeHead shape{"McpLogLine", "A line of the log of an MCP server"};
  static constexpr auto fields() {
    using L = McpLogLine;
    return Fields{
        field("seq", &L::seq, "number of the line; it begins anew when the agent restarts"),
        field("time", &L::time, "when it was written", {.format = Format::time}),
        field("source", &L::source, "agent: about the connection; stderr: of the program; server: a message of the server",
              {.choices = kMcpLogSources}),
        field("kind", &L::kind, "what became of the connection, or stderr and message for what the server says", {.choices = kMcpLogKinds}),
        field("text", &L::text, "what it says, cut to some 2000 bytes, with secrets masked"),
    };
  }
};

struct McpLog {
  std::vector<McpLogLine> items;
  std::int64_t last = 0;

  static constexpr ShapeHead shape{"McpLog", "The log of an MCP server", Members::open};
  static constexpr auto fields() {
    return Fields{field("items", &McpLog::items, "its lines, the oldest first"),
                  field("last", &McpLog::last, "number of the newest line; less than a known one after a restart of the agent")};
  }
};

/// What a server answered to a ping.
struct McpPing {
  std::string name;
  bool ok = false;
  std::optional<double> latencyMs;
  std::optional<std::int64_t> tools;
  std::optional<std::string> error;

  static constexpr ShapeHead shape{"McpPing", "Whether an MCP server answers", Members::open};
  static constexpr auto fields() {
    using P = McpPing;
    return Fields{
        field("name", &P::name, "name of the server"),
        field("ok", &P::ok, "it is connected, and has answered"),
        field("latencyMs", &P::latencyMs, "how long its answer took, in milliseconds"),
        field("tools", &P::tools, "how many tools the agent may use"),
        field("error", &P::error, "why it does not answer"),
    };
  }
};

using McpChecks = ListOf<McpPing, "McpChecks", "Whether MCP servers answer", "the servers", Members::closed>;

/// A call of a tool by hand.
struct McpCall {
  std::optional<std::map<std::string, RawJson>> arguments;

  static constexpr ShapeHead shape{"McpCall", "A call of a tool of an MCP server"};
  static constexpr auto fields() {
    return Fields{field("arguments", &McpCall::arguments, "argument of the tool: number=1, text, or JSON as labels='[\"a\"]'",
                        {.flag = "arg", .value_name = "NAME=VALUE"})};
  }
};

struct McpCalled {
  std::string server, tool, text;
  bool failed = false;
  std::int64_t durationMs = 0;

  static constexpr ShapeHead shape{"McpCalled", "What a tool of an MCP server gave back", Members::open};
  static constexpr auto fields() {
    using C = McpCalled;
    return Fields{
        field("server", &C::server, "name of the server"),
        field("tool", &C::tool, "name of the tool on the server"),
        field("failed", &C::failed, "the tool could not do its work, and the text says why"),
        field("text", &C::text, "what it gave back, as a model would read it"),
        field("durationMs", &C::durationMs, "how long it took", {.format = Format::milliseconds}),
    };
  }
};

/// What a person would agree to.
struct McpApproval {
  std::string digest, why;
  std::optional<RawJson> agreed;

  static constexpr ShapeHead shape{"McpApproval", "An entry of mcp.json that nobody has approved"};
  static constexpr auto fields() {
    using A = McpApproval;
    return Fields{
        field("digest", &A::digest, "digest of the entry to approve"),
        field("why", &A::why, "why approval is needed"),
        field("agreed", &A::agreed, "the last approved configuration, with secrets masked"),
    };
  }
};

/// The agreement of a person.
struct McpApprove {
  std::string digest;

  static constexpr ShapeHead shape{"McpApprove", "The entry to approve"};
  static constexpr auto fields() {
    return Fields{field("digest", &McpApprove::digest, "digest of the entry, as shown",
                        {.not_blank = true, .max_length = 64, .example = "0f3a55c1"})};
  }
};

/// The login at the authorization server of a protected server.
struct McpLoginInfo {
  std::string issuer;
  std::optional<std::string> scope, expiresAt;

  static constexpr ShapeHead shape{"McpLoginInfo", "The login that gives access to a protected MCP server"};
  static constexpr auto fields() {
    using L = McpLoginInfo;
    return Fields{
        field("issuer", &L::issuer, "authorization server that issued the token"),
        field("scope", &L::scope, "permissions of the token, separated by blanks"),
        field("expiresAt", &L::expiresAt, "when the token expires; it is renewed if possible", {.format = Format::time}),
    };
  }
};

inline constexpr std::string_view kMcpGrants[] = {"code", "device", "client"};
inline constexpr std::string_view kMcpLoginStatuses[] = {"pending", "ok", "error"};

/// How to log in; everything may be left out.
struct McpLogin {
  std::optional<std::string> clientId, scope, redirectUri, grant;
  std::optional<Secret> clientSecret;

  static constexpr ShapeHead shape{"McpLogin", "How to log in at the authorization server of an MCP server"};
  static constexpr auto fields() {
    using L = McpLogin;
    return Fields{
        field("grant", &L::grant, "code: redirect in a browser; device: a code to type; client: no person involved",
              {.choices = kMcpGrants, .default_text = "code"}),
        field("clientId", &L::clientId, "id of a client registered there; default: the agent registers itself",
              {.not_blank = true, .max_length = 2048, .value_name = "ID"}),
        field("clientSecret", &L::clientSecret, "the secret of that client",
              {.secret = true, .not_blank = true, .max_length = 8192, .flag = "client-secret"}),
        field("scope", &L::scope, "permissions to request, separated by blanks; default: those the server requires",
              {.not_blank = true, .max_length = 2048, .value_name = "SCOPES"}),
        field("redirectUri", &L::redirectUri, "redirect address, if one is already registered",
              {.format = Format::url, .max_length = 2048, .value_name = "URL"}),
    };
  }
};

/// A started login: an address for a person to open.
struct McpLoginStarted {
  std::string sessionId, mode;
  std::optional<std::string> userCode, verificationUri, verificationUriComplete, redirectUri;
  std::int64_t expiresIn = 0, interval = 0;

  static constexpr ShapeHead shape{"McpLoginStarted", "A started login, with the address to open", Members::open};
  static constexpr auto fields() {
    using L = McpLoginStarted;
    return Fields{
        field("sessionId", &L::sessionId, "id of the login, for mcp poll and mcp finish"),
        field("mode", &L::mode, "kind of login", {.choices = kMcpGrants}),
        field("verificationUri", &L::verificationUri, "address to open"),
        field("userCode", &L::userCode, "code to type there, for grant device"),
        field("verificationUriComplete", &L::verificationUriComplete, "the same address with the code in it"),
        field("redirectUri", &L::redirectUri, "redirect address, for grant code"),
        field("expiresIn", &L::expiresIn, "how long the login can be completed", {.format = Format::seconds}),
        field("interval", &L::interval, "minimum time between two polls", {.format = Format::seconds}),
    };
  }
};

struct McpLoginFinish {
  std::string sessionId, redirected;

  static constexpr ShapeHead shape{"McpLoginFinish", "The address to which the browser was redirected"};
  static constexpr auto fields() {
    using F = McpLoginFinish;
    return Fields{
        field("sessionId", &F::sessionId, "id of the login",
              {.not_blank = true, .max_length = 64, .example = "6b1f8c02", .flag = "session", .value_name = "ID"}),
        field("redirected", &F::redirected, "the whole address, including code and state",
              {.not_blank = true, .max_length = 8192, .example = "http://127.0.0.1:8900/callback?code=1&state=2", .value_name = "URL"}),
    };
  }
};

struct McpLoginState {
  std::string status;
  std::optional<std::string> error, scope;

  static constexpr ShapeHead shape{"McpLoginState", "How far a login has come", Members::open};
  static constexpr auto fields() {
    using S = McpLoginState;
    return Fields{
        field("status", &S::status, "progress of the run", {.choices = kMcpLoginStatuses}),
        field("error", &S::error, "why it failed"),
        field("scope", &S::scope, "permissions that were granted, separated by blanks"),
    };
  }
};

struct McpServerDetail : McpServer {
  std::optional<McpConfig> config;
  std::optional<McpLoginInfo> login;
  std::optional<McpApproval> approval;
  std::optional<std::vector<McpToolDetail>> toolDetails;

  static constexpr ShapeHead shape{"McpServerDetail", "An MCP server, its connection and its configuration", Members::open};
  static constexpr auto fields() {
    return joined(inherited<McpServerDetail>(McpServer::fields()),
                  Fields{field("config", &McpServerDetail::config, "its configuration, with secrets masked"),
                         field("toolDetails", &McpServerDetail::toolDetails, "the tools, with descriptions"),
                         field("login", &McpServerDetail::login, "present after a login at its authorization server"),
                         field("approval", &McpServerDetail::approval, "present while it needs approval before it connects")});
  }
};

/// A tool as `mcp tools` lists it.
struct McpToolRow : McpToolDetail {
  std::optional<std::string> change;

  static constexpr ShapeHead shape{"McpToolRow", "A tool of an MCP server"};
  static constexpr auto fields() {
    return joined(inherited<McpToolRow>(McpToolDetail::fields()),
                  Fields{field("change", &McpToolRow::change, "with --changed: added, changed or removed since it was last seen")});
  }
};

using McpTools = ListOf<McpToolRow, "McpTools", "Tools of MCP servers", "the tools", Members::closed>;

struct McpListed : McpServer {
  std::optional<McpConfig> config;

  static constexpr ShapeHead shape{"McpListed", "An MCP server in the list of all", Members::open};
  static constexpr auto fields() {
    return joined(inherited<McpListed>(McpServer::fields()),
                  Fields{field("config", &McpListed::config, "its configuration, with secrets masked")});
  }
};

using McpList = ListOf<McpListed, "McpList", "All MCP servers", "the servers">;

struct McpAdd : McpConfig {
  std::string name;

  static constexpr ShapeHead shape{"McpAdd", "An MCP server to add", Members::closed, kAddForms,
                                   "command: give command for a program (type stdio), or url for a server on the network"};
  static constexpr auto fields() {
    return joined(Fields{field("name", &McpAdd::name, "name: letters, digits, _ and -, at most 64",
                               {.not_blank = true, .pattern = "mcp-name", .example = "github"})},
                  inherited<McpAdd>(McpConfig::fields()));
  }
};

/// The server, wrapped; older agents leave it out of the answers to actions.
struct McpReply {
  std::optional<McpServer> server;

  static constexpr ShapeHead shape{"McpReply", "The MCP server after the change", Members::open};
  static constexpr auto fields() { return Fields{field("server", &McpReply::server, "the server")}; }
};

using McpDeleted = Deleted<"name", "McpDeleted", "The MCP server is gone", "name of the server">;

/// One server of `mcp import`.
struct McpImported {
  std::string name;
  bool added = false;
  std::optional<std::string> error;

  static constexpr ShapeHead shape{"McpImported", "An MCP server of another client's file"};
  static constexpr auto fields() {
    using I = McpImported;
    return Fields{
        field("name", &I::name, "name of the server"),
        field("added", &I::added, "whether it was added"),
        field("error", &I::error, "why it was not added"),
    };
  }
};

using McpImports = ListOf<McpImported, "McpImports", "The MCP servers of another client's file", "the servers", Members::closed>;

}  // namespace facio
