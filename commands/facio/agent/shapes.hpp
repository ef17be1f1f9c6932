// JSON types of the agent's card and commands (contract sections 3 and 18.1).
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

struct AgentCapabilities {
  bool streaming = false, pushNotifications = false, extendedAgentCard = false;
  std::optional<std::vector<RawJson>> extensions = {};

  static constexpr ShapeHead shape{"AgentCapabilities", "Optional parts of the protocol that the agent supports", Members::open};
  static constexpr auto fields() {
    using C = AgentCapabilities;
    return Fields{
        field("streaming", &C::streaming, "answers can be streamed", {.optional = true}),
        field("pushNotifications", &C::pushNotifications, "results can be pushed to an address", {.optional = true}),
        field("extendedAgentCard", &C::extendedAgentCard, "authenticated callers can get an extended card", {.optional = true}),
        field("extensions", &C::extensions, "protocol extensions: uri, description, required, params"),
    };
  }
};

struct AgentSkill {
  std::string id, name, description;
  std::vector<std::string> tags;

  static constexpr ShapeHead shape{"AgentSkill", "Something the agent says it can do", Members::open};
  static constexpr auto fields() {
    using S = AgentSkill;
    return Fields{
        field("id", &S::id, "id of the skill"),
        field("name", &S::name, "display name"),
        field("description", &S::description, "what it does"),
        field("tags", &S::tags, "search terms", {.optional = true}),
    };
  }
};

struct AgentCard {
  std::optional<std::string> protocolVersion;
  std::string name, description;
  std::optional<std::string> url;
  std::string version;
  AgentCapabilities capabilities;
  std::vector<std::string> defaultInputModes, defaultOutputModes;
  std::vector<AgentSkill> skills;
  std::optional<RawJson> securitySchemes;
  std::optional<std::vector<RawJson>> security, securityRequirements, supportedInterfaces, additionalInterfaces;
  std::optional<std::string> preferredTransport;
  std::optional<bool> supportsAuthenticatedExtendedCard;

  static constexpr ShapeHead shape{"AgentCard", "What an agent says about itself, as defined by the A2A protocol", Members::open};
  static constexpr auto fields() {
    using C = AgentCard;
    return Fields{
        field("protocolVersion", &C::protocolVersion, "oldest supported version of the A2A protocol"),
        field("name", &C::name, "name of the agent"),
        field("description", &C::description, "what the agent is for"),
        field("url", &C::url, "where the agent accepts A2A requests"),
        field("version", &C::version, "version of the agent"),
        field("capabilities", &C::capabilities, "optional parts of the protocol"),
        field("defaultInputModes", &C::defaultInputModes, "media types that it accepts"),
        field("defaultOutputModes", &C::defaultOutputModes, "media types that it produces"),
        field("skills", &C::skills, "what it can do"),
        field("securitySchemes", &C::securitySchemes, "ways to authenticate, by name"),
        field("security", &C::security, "which of them a caller needs, in version 0.3"),
        field("securityRequirements", &C::securityRequirements, "which of them a caller needs"),
        field("supportedInterfaces", &C::supportedInterfaces, "addresses, each with its binding and protocol version"),
        field("additionalInterfaces", &C::additionalInterfaces, "addresses with their binding, in version 0.3"),
        field("preferredTransport", &C::preferredTransport, "binding used at url, in version 0.3"),
        field("supportsAuthenticatedExtendedCard", &C::supportsAuthenticatedExtendedCard, "like extendedAgentCard, in version 0.3"),
    };
  }
};

/// Body of the commands that may name a session.
struct SessionChoice {
  std::optional<std::string> sessionKey;

  static constexpr ShapeHead shape{"SessionChoice", "The session to which a command applies"};
  static constexpr auto fields() {
    return Fields{field("sessionKey", &SessionChoice::sessionKey, "key of the session, such as api:default",
                        {.nullable = true, .flag = "session", .value_name = "KEY"})};
  }
};

struct SessionReset {
  std::string sessionKey;

  static constexpr ShapeHead shape{"SessionReset", "The session to restart"};
  static constexpr auto fields() {
    return Fields{field("sessionKey", &SessionReset::sessionKey, "key of the session, such as api:default",
                        {.not_blank = true, .example = "api:default", .flag = "session", .value_name = "KEY"})};
  }
};

struct CommandReply {
  bool ok = true;
  std::string command;
  std::optional<std::string> sessionKey;
  std::string output;

  static constexpr ShapeHead shape{"CommandReply", "What a command did", Members::open};
  static constexpr auto fields() {
    using R = CommandReply;
    return Fields{
        field("ok", &R::ok, "the command was accepted"),
        field("command", &R::command, "name of the command"),
        field("sessionKey", &R::sessionKey, "session it applied to; null for all", {.nullable = true}),
        field("output", &R::output, "text for display", {.optional = true}),
    };
  }
};

struct AgentStatus {
  bool ok = true;
  std::string command;
  std::optional<std::string> sessionKey;
  std::string output;
  std::optional<std::string> model, provider;
  double uptime = 0;
  bool busy = false;
  std::int64_t message_count = 0;
  std::optional<std::int64_t> waiting;
  std::optional<bool> restart_needed;
  std::optional<std::vector<std::string>> restart_reasons;

  static constexpr ShapeHead shape{"AgentStatus", "What the agent is doing in one session", Members::open};
  static constexpr auto fields() {
    using S = AgentStatus;
    return Fields{
        field("ok", &S::ok, "the command was accepted"),
        field("command", &S::command, "always status"),
        field("sessionKey", &S::sessionKey, "session it is about", {.nullable = true}),
        field("output", &S::output, "text for display", {.optional = true}),
        field("model", &S::model, "model in use", {.nullable = true}),
        field("provider", &S::provider, "provider of the model", {.nullable = true}),
        field("uptime", &S::uptime, "time since the start", {.format = Format::seconds}),
        field("busy", &S::busy, "a turn is running"),
        field("message_count", &S::message_count, "messages in the session"),
        field("waiting", &S::waiting, "messages that wait for the running turn to end"),
        field("restart_needed", &S::restart_needed, "a change needs a restart to take effect"),
        field("restart_reasons", &S::restart_reasons, "what was changed"),
    };
  }
};

struct AgentVersionReply {
  bool ok = true;
  std::string command;
  std::optional<std::string> sessionKey;
  std::string output, version;

  static constexpr ShapeHead shape{"AgentVersionReply", "Version of the agent's runtime", Members::open};
  static constexpr auto fields() {
    using V = AgentVersionReply;
    return Fields{
        field("ok", &V::ok, "the command was accepted"),
        field("command", &V::command, "always version"),
        field("sessionKey", &V::sessionKey, "always null", {.nullable = true}),
        field("output", &V::output, "text for display", {.optional = true}),
        field("version", &V::version, "version of the runtime"),
    };
  }
};

}  // namespace facio
