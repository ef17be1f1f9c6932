// JSON types of the chat area: the part of the OpenAI interface that an agent speaks.
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

inline constexpr std::string_view kChatRoles[] = {"system", "developer", "user", "assistant", "tool", "function"};

struct ChatMessage {
  std::string role;
  RawJson content;

  static constexpr ShapeHead shape{"ChatMessage", "One message of a conversation", Members::open};
  static constexpr auto fields() {
    using M = ChatMessage;
    return Fields{
        field("role", &M::role, "who wrote it", {.choices = kChatRoles, .agent_decides = true}),
        field("content", &M::content, "text, or an array of parts"),
    };
  }
};

inline constexpr std::string_view kNever[] = {"false"};

/// What the user says.
struct UserMessage {
  std::string role;
  RawJson content;

  static constexpr ShapeHead shape{"UserMessage", "A message of the user", Members::open};
  static constexpr auto fields() {
    using U = UserMessage;
    return Fields{
        field("role", &U::role, "who says it", {.agent_decides = true, .pattern = "user-role", .example = "user"}),
        field("content", &U::content, "text, or an array of parts", {.json_types = "string array", .example = "\"Good morning\""}),
    };
  }
};

struct ChatRequest {
  std::vector<UserMessage> messages;
  std::optional<std::string> model, session_id;
  std::optional<bool> stream;

  static constexpr ShapeHead shape{"ChatRequest", "A message to the agent", Members::open};
  static constexpr auto fields() {
    using R = ChatRequest;
    return Fields{
        field("messages", &R::messages, "the user's message: text, or a JSON object with role and content",
              {.agent_decides = true,
               .min_items = 1,
               .max_items = 1,
               .pattern = "one-message",
               .example = R"([{"role":"user","content":"Good morning"}])",
               .flag = "message",
               .letter = 'm',
               .value_name = "TEXT",
               .from_text = "content;role=user"}),
        field("model", &R::model, "model; it must be the one listed by chat models"),
        field("session_id", &R::session_id, "session to continue: api:ID; default api:default",
              {.not_blank = true, .max_length = 200, .pattern = "line", .flag = "session", .value_name = "ID"}),
        field("stream", &R::stream, "must not be true: the answer is not streamed",
              {.choices = kNever, .agent_decides = true, .flag = "-"}),
    };
  }
};

struct ChatChoice {
  std::int64_t index = 0;
  ChatMessage message;
  std::optional<std::string> finish_reason;

  static constexpr ShapeHead shape{"ChatChoice", "One answer", Members::open};
  static constexpr auto fields() {
    using C = ChatChoice;
    return Fields{
        field("index", &C::index, "position, from 0"),
        field("message", &C::message, "the answer"),
        field("finish_reason", &C::finish_reason, "why it ended", {.nullable = true}),
    };
  }
};

struct ChatUsage {
  std::int64_t prompt_tokens = 0, completion_tokens = 0, total_tokens = 0;

  static constexpr ShapeHead shape{"ChatUsage", "Token usage of one answer", Members::open};
  static constexpr auto fields() {
    using U = ChatUsage;
    return Fields{
        field("prompt_tokens", &U::prompt_tokens, "prompt tokens"),
        field("completion_tokens", &U::completion_tokens, "completion tokens"),
        field("total_tokens", &U::total_tokens, "sum of both"),
    };
  }
};

struct ChatReply {
  std::string id, object;
  std::int64_t created = 0;
  std::string model;
  std::vector<ChatChoice> choices;
  std::optional<ChatUsage> usage;

  static constexpr ShapeHead shape{"ChatReply", "The agent's answer", Members::open};
  static constexpr auto fields() {
    using R = ChatReply;
    return Fields{
        field("id", &R::id, "id of the answer"),
        field("object", &R::object, "always chat.completion"),
        field("created", &R::created, "when", {.format = Format::epoch_s}),
        field("model", &R::model, "model that answered"),
        field("choices", &R::choices, "the answers; always one"),
        field("usage", &R::usage, "tokens used"),
    };
  }
};

struct ChatModel {
  std::string id, object;
  std::optional<std::int64_t> created;
  std::optional<std::string> owned_by;

  static constexpr ShapeHead shape{"ChatModel", "An available model", Members::open};
  static constexpr auto fields() {
    using M = ChatModel;
    return Fields{
        field("id", &M::id, "name of the model"),
        field("object", &M::object, "always model"),
        field("created", &M::created, "when it was created", {.format = Format::epoch_s}),
        field("owned_by", &M::owned_by, "who offers it"),
    };
  }
};

struct ChatModelList {
  std::string object;
  std::vector<ChatModel> data;

  static constexpr ShapeHead shape{"ChatModelList", "The available models; always one", Members::open};
  static constexpr auto fields() {
    return Fields{field("object", &ChatModelList::object, "always list"), field("data", &ChatModelList::data, "the models")};
  }
};

}  // namespace facio
