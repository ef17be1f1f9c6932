// JSON types of Placet's own interface: its login, its agents, what it keeps of them.
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

struct PlacetUser {
  std::string id, email;
  std::optional<std::string> displayName, role;
  std::optional<bool> mustChangePassword;

  static constexpr ShapeHead shape{"PlacetUser", "A user of Placet", Members::open};
  static constexpr auto fields() {
    using U = PlacetUser;
    return Fields{
        field("id", &U::id, "id of the user"),
        field("email", &U::email, "address that the user logs in with"),
        field("displayName", &U::displayName, "name as others see it", {.nullable = true}),
        field("role", &U::role, "owner or member"),
        field("mustChangePassword", &U::mustChangePassword, "the password has to be changed in the browser first"),
    };
  }
};

struct PlacetSession {
  PlacetUser user;

  static constexpr ShapeHead shape{"PlacetSession", "Who is logged in", Members::open};
  static constexpr auto fields() { return Fields{field("user", &PlacetSession::user, "the user")}; }
};

struct PlacetLogin {
  std::string email;
  Secret password;

  static constexpr ShapeHead shape{"PlacetLogin", "Who logs in"};
  static constexpr auto fields() {
    using L = PlacetLogin;
    return Fields{
        field("email", &L::email, "address of the user", {.not_blank = true}),
        field("password", &L::password, "where the password is read from", {.secret = true, .not_blank = true, .max_length = 1024}),
    };
  }
};

struct PlacetMessage {
  std::optional<std::string> message;

  static constexpr ShapeHead shape{"PlacetMessage", "A sentence of Placet", Members::open};
  static constexpr auto fields() { return Fields{field("message", &PlacetMessage::message, "the sentence")}; }
};

struct PlacetAgent {
  std::string id, name;
  std::optional<std::string> description, status, statusMessage, statusSince, lastActiveAt, tag, managementUrl, managementApiKey,
      webhookUrl, parentAgentId, createdAt;
  std::optional<bool> isSubagent;
  std::optional<bool> manageable;

  static constexpr ShapeHead shape{"PlacetAgent", "An agent as Placet keeps it", Members::open};
  static constexpr auto fields() {
    using A = PlacetAgent;
    constexpr Attr may_be_null = {.nullable = true};
    constexpr Attr time = {.format = Format::time, .nullable = true};
    return Fields{
        field("id", &A::id, "id, as a context names it"),
        field("name", &A::name, "name of the agent"),
        field("manageable", &A::manageable, "can be managed through Placet: no subagent, and an address is stored"),
        field("description", &A::description, "what it is for", may_be_null),
        field("status", &A::status, "active, busy, error or offline"),
        field("statusMessage", &A::statusMessage, "what it says of its status", may_be_null),
        field("statusSince", &A::statusSince, "since when", time),
        field("lastActiveAt", &A::lastActiveAt, "when it was last heard of", time),
        field("tag", &A::tag, "tag", may_be_null),
        field("managementUrl", &A::managementUrl, "address at which Placet manages it", may_be_null),
        field("managementApiKey", &A::managementApiKey, "*** when a token is stored for that", may_be_null),
        field("webhookUrl", &A::webhookUrl, "address that gets its messages", may_be_null),
        field("isSubagent", &A::isSubagent, "belongs to another agent"),
        field("parentAgentId", &A::parentAgentId, "the agent that it belongs to", may_be_null),
        field("createdAt", &A::createdAt, "when it was made", time),
    };
  }
};

struct PlacetAgentList {
  std::vector<PlacetAgent> items;

  static constexpr ShapeHead shape{"PlacetAgentList", "The agents of the user, newest first"};
  static constexpr auto fields() { return Fields{field("items", &PlacetAgentList::items, "the agents")}; }
};

struct PlacetManagement {
  std::string channelId, url;
  Secret apiKey;

  static constexpr ShapeHead shape{"PlacetManagement", "How Placet reaches the management interface of an agent"};
  static constexpr auto fields() {
    using M = PlacetManagement;
    return Fields{
        field("channelId", &M::channelId, "id of the agent; without it that of the context", {.not_blank = true, .flag = "-"}),
        field("url", &M::url, "address of the agent as Placet reaches it, without /api/v1",
              {.format = Format::url, .flag = "management-url", .value_name = "URL"}),
        field("apiKey", &M::apiKey, "where the agent's management token is read from",
              {.secret = true, .not_blank = true, .max_length = 65536, .flag = "management-token"}),
    };
  }
};

struct PlacetWebhookAuth {
  std::string username;
  Secret password;

  static constexpr ShapeHead shape{"PlacetWebhookAuth", "Basic authentication of a webhook"};
  static constexpr auto fields() {
    using A = PlacetWebhookAuth;
    return Fields{
        field("username", &A::username, "user name", {.not_blank = true}),
        field("password", &A::password, "where the password is read from", {.secret = true, .not_blank = true, .max_length = 65536}),
    };
  }
};

struct PlacetWebhookManagement {
  std::string url;
  Secret apiKey;

  static constexpr ShapeHead shape{"PlacetWebhookManagement", "How Placet reaches the management interface of the agent"};
  static constexpr auto fields() {
    using M = PlacetWebhookManagement;
    return Fields{
        field("url", &M::url, "address of the agent as Placet reaches it, without /api/v1",
              {.format = Format::url, .flag = "management-url", .value_name = "URL"}),
        field("apiKey", &M::apiKey, "where the agent's management token is read from",
              {.secret = true, .not_blank = true, .max_length = 65536, .flag = "management-token"}),
    };
  }
};

struct PlacetWebhook {
  std::string channelId, url;
  std::optional<std::map<std::string, std::string>> headers;
  std::optional<PlacetWebhookAuth> auth;
  std::optional<PlacetWebhookManagement> management;
  std::optional<bool> isSubagent;
  std::optional<std::string> parentChannelId;

  static constexpr ShapeHead shape{"PlacetWebhook", "Where Placet sends an agent's messages"};
  static constexpr auto fields() {
    using W = PlacetWebhook;
    return Fields{
        field("channelId", &W::channelId, "id of the agent; without it that of the context", {.not_blank = true, .flag = "-"}),
        field("url", &W::url, "address of the webhook", {.format = Format::url, .flag = "webhook-url", .value_name = "URL"}),
        field("headers", &W::headers, "headers that go with each message; without it none", {.flag = "header", .value_name = "NAME=VALUE"}),
        field("auth", &W::auth, "basic authentication; without it none"),
        field("management", &W::management, "management address and token; without it they stay"),
        field("isSubagent", &W::isSubagent, "it belongs to another agent", {.flag = "subagent"}),
        field("parentChannelId", &W::parentChannelId, "the agent that it belongs to",
              {.not_blank = true, .flag = "parent", .value_name = "ID"}),
    };
  }
};

struct PlacetSubagent {
  std::string channelId;
  bool isSubagent = true;
  std::optional<std::string> parentChannelId;

  static constexpr ShapeHead shape{"PlacetSubagent", "Whether an agent belongs to another one"};
  static constexpr auto fields() {
    using S = PlacetSubagent;
    return Fields{
        field("channelId", &S::channelId, "id of the agent; without it that of the context", {.not_blank = true, .flag = "-"}),
        field("isSubagent", &S::isSubagent, "it belongs to another agent; it does when --parent is given", {.flag = "subagent"}),
        field("parentChannelId", &S::parentChannelId, "the agent that it belongs to",
              {.nullable = true, .not_blank = true, .flag = "parent", .value_name = "ID"}),
    };
  }
};

struct PlacetChannel {
  std::string channelId;

  static constexpr ShapeHead shape{"PlacetChannel", "Which agent is meant"};
  static constexpr auto fields() {
    return Fields{
        field("channelId", &PlacetChannel::channelId, "id of the agent; without it that of the context", {.not_blank = true, .flag = "-"})};
  }
};

struct PlacetUsage {
  std::string id, name, status;
  std::map<std::string, std::int64_t> byDate;
  std::int64_t total = 0;
  std::optional<std::string> error;

  static constexpr ShapeHead shape{"PlacetUsage", "What one agent used", Members::open};
  static constexpr auto fields() {
    using U = PlacetUsage;
    return Fields{
        field("id", &U::id, "id of the agent"),
        field("name", &U::name, "name of the agent"),
        field("byDate", &U::byDate, "tokens on each day (UTC)"),
        field("total", &U::total, "tokens on all days"),
        field("status", &U::status, "ok, or error when the agent did not answer"),
        field("error", &U::error, "why it did not"),
    };
  }
};

struct PlacetUsageList {
  std::string from, to;
  std::vector<std::string> days;
  std::vector<PlacetUsage> agents;
  std::map<std::string, std::int64_t> totals;

  static constexpr ShapeHead shape{"PlacetUsageList", "What all agents used, day by day", Members::open};
  static constexpr auto fields() {
    using L = PlacetUsageList;
    return Fields{
        field("from", &L::from, "first day", {.format = Format::date}),  field("to", &L::to, "last day, today", {.format = Format::date}),
        field("days", &L::days, "every day between, in order"),          field("agents", &L::agents, "the agents, the most busy first"),
        field("totals", &L::totals, "tokens of all agents on each day"),
    };
  }
};

}  // namespace facio
