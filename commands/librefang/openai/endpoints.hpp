// The daemon as a provider of models (document: OpenAI Compatible).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/openai/shapes.hpp"

namespace facio::librefang::openai {

inline constexpr Column kColumns[] = {{"id", "ID"}, {"owned_by", "OWNER"}, {"created", "CREATED", true}};

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.openai.models", "/v1/models", "List the agents as models")
        .list(kListOf<kModel, "LibrefangOpenaiModels">, kModel, kColumns, "id"),
    post("librefang.openai.chat", "/v1/chat/completions", "Ask an agent as if it were a model")
        .body(kChat)
        .reply(kAnswer)
        .errors<Code::not_found, Code::rejected>()
        .slow(),
};

}  // namespace facio::librefang::openai
