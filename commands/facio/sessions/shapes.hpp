// JSON types of the sessions area (contract section 9).
#pragma once

#include "cli/core/reply_shapes.hpp"

namespace facio {

inline constexpr std::string_view kMessageRoles[] = {"user", "assistant", "tool", "system"};

struct SessionMeta {
  std::string key;
  std::optional<std::string> channel;
  std::string created_at, updated_at;
  std::int64_t message_count = 0;
  std::optional<RawJson> metadata;

  static constexpr ShapeHead shape{"SessionMeta", "A session without its messages", Members::open};
  static constexpr auto fields() {
    using S = SessionMeta;
    return Fields{
        field("key", &S::key, "key of the session, such as api:default"),
        field("channel", &S::channel, "channel it belongs to", {.nullable = true}),
        field("created_at", &S::created_at, "when it began", {.format = Format::time}),
        field("updated_at", &S::updated_at, "when it last changed", {.format = Format::time}),
        field("message_count", &S::message_count, "messages in it"),
        field("metadata", &S::metadata, "further information"),
    };
  }
};

struct SessionMessage {
  std::string role;
  RawJson content;
  std::string timestamp;
  std::optional<std::string> name;
  std::optional<std::vector<RawJson>> tool_calls;
  std::optional<std::string> tool_call_id;
  std::optional<std::int64_t> seq;

  static constexpr ShapeHead shape{"SessionMessage", "One message of a session", Members::open};
  static constexpr auto fields() {
    using M = SessionMessage;
    return Fields{
        field("role", &M::role, "who said it", {.choices = kMessageRoles}),
        field("content", &M::content, "text, or an array of parts"),
        field("timestamp", &M::timestamp, "when it was said", {.format = Format::time}),
        field("name", &M::name, "tool that returned this result"),
        field("tool_calls", &M::tool_calls, "tools that the assistant called"),
        field("tool_call_id", &M::tool_call_id, "tool call to which this is the result"),
        field("seq", &M::seq, "position in the session, counted from 1"),
    };
  }
};

struct Session : SessionMeta {
  std::vector<SessionMessage> messages;
  std::optional<bool> hasMore;

  static constexpr ShapeHead shape{"Session", "A session with its messages, oldest first", Members::open};
  static constexpr auto fields() {
    return joined(inherited<Session>(SessionMeta::fields()),
                  Fields{field("messages", &Session::messages, "the messages"),
                         field("hasMore", &Session::hasMore, "older messages exist than those shown")});
  }
};

struct SessionList {
  std::vector<SessionMeta> items;
  std::optional<std::int64_t> count, limit, offset;
  std::optional<bool> hasMore;

  static constexpr ShapeHead shape{"SessionList", "A page of sessions, most recently changed first", Members::open};
  static constexpr auto fields() {
    using L = SessionList;
    return Fields{
        field("items", &L::items, "the sessions"),
        field("count", &L::count, "sessions on this page"),
        field("limit", &L::limit, "maximum number of sessions on a page"),
        field("offset", &L::offset, "sessions before this page"),
        field("hasMore", &L::hasMore, "more sessions match than this page shows"),
    };
  }
};

using SessionDeleted = Deleted<"key", "SessionDeleted", "The session is gone", "key of the session">;

}  // namespace facio
