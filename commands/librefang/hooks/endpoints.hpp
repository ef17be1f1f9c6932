// What other programs tell the daemon (document: Webhooks).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/hooks/shapes.hpp"

namespace facio::librefang::hooks {

inline constexpr Param kToken = local_flag("hook_token", types::string, "the daemon's token for hooks", {.secret = true});

inline constexpr Endpoint kEndpoints[] = {
    post("librefang.hooks.wake", "/hooks/wake", "Tell the daemon what happened")
        .params(kToken)
        .body(kWake)
        .reply(kWoken)
        .errors<Code::not_found, Code::rejected>(),
    post("librefang.hooks.agent", "/hooks/agent", "Give an agent a message from another program")
        .params(kToken)
        .body(kAgent)
        .reply(kAnswered)
        .errors<Code::not_found, Code::rejected>()
        .slow(),
};

}  // namespace facio::librefang::hooks
