// Agents of a LibreFang daemon (document: Agents).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/agents/shapes.hpp"

namespace facio::librefang::agents {

inline constexpr Column kColumns[] = {
    {"id", "ID"},
    {"name", "NAME"},
    {"state", "STATE"},
    {"model_provider", "PROVIDER"},
    {"model_name", "MODEL"},
    {"mode", "MODE", true},
    {"created_at", "CREATED", true},
    {"last_active", "LAST ACTIVE", true},
};

inline constexpr Param kId = path_param("id", "id or name of the agent", {.example = "coder", .value_name = "AGENT"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.agents.list", "/api/agents", "List the agents")
        .params(kPage)
        .list(kListOf<kRow, "LibrefangAgentList">, kRow, kColumns, "id"),
    get("librefang.agents.get", "/api/agents/{id}", "Show one agent").params(kId).reply(kAgent, {}, "id").errors<Code::not_found>(),
    post("librefang.agents.create", "/api/agents", "Start a new agent")
        .body(kSpawn)
        .reply(kSpawned, {}, "agent_id")
        .success(201)
        .errors<Code::rejected, Code::conflict>(),
    del("librefang.agents.delete", "/api/agents/{id}", "Delete an agent").params(kId).reply(kDone).errors<Code::not_found>(),
};

}  // namespace facio::librefang::agents
