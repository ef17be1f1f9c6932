// The daemon among other agents (document: MCP & A2A Protocol, A2A Management).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/a2a/shapes.hpp"

namespace facio::librefang::a2a {

inline constexpr Column kCardColumns[] = {
    {"name", "NAME"},
    {"url", "ADDRESS"},
    {"version", "VERSION", true},
    {"description", "DESCRIPTION"},
};
inline constexpr Column kRemoteColumns[] = {
    {"name", "NAME"},
    {"url", "ADDRESS"},
    {"status", "STATUS"},
    {"description", "DESCRIPTION"},
};
inline constexpr Param kId = path_param("id", "id of the task", {.example = "34d0f464-a02b-4786-86f1-0c705759374e", .value_name = "TASK"});
inline constexpr Param kUrlOfAgent =
    path_param("id", "address of the other agent", {.example = "https://agent.example.com", .value_name = "URL"});
inline constexpr Param kRemote[] = {
    kId,
    query_param("url", types::string, "address of the other agent", {.format = Format::url, .required = true, .flag = "address"}),
};

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.a2a.card", "/.well-known/agent.json", "Show what the daemon tells other agents").reply(kCard, {}, "name"),
    get("librefang.a2a.agents", "/a2a/agents", "List the agents that others can ask")
        .list(kListOf<kCard, "LibrefangCardList">, kCard, kCardColumns, "name"),
    post("librefang.a2a.send", "/a2a/tasks/send", "Give an agent of the daemon a task")
        .body(kSend)
        .reply(kTask, {}, "task_id")
        .errors<Code::not_found, Code::rejected>()
        .slow(),
    get("librefang.a2a.get", "/a2a/tasks/{id}", "Show a task").params(kId).reply(kTask, {}, "task_id").errors<Code::not_found>(),
    post("librefang.a2a.cancel", "/a2a/tasks/{id}/cancel", "Cancel a task").params(kId).reply(kTask).errors<Code::not_found>(),
    get("librefang.a2a.list", "/api/a2a/agents", "List the other agents that the daemon knows")
        .list(kListOf<kCard, "LibrefangRemoteList">, kCard, kRemoteColumns, "url"),
    post("librefang.a2a.discover", "/api/a2a/discover", "Make the daemon know another agent")
        .body(kUrl)
        .reply(kDiscovered, {}, "url")
        .errors<Code::rejected, Code::conflict>()
        .slow(),
    post("librefang.a2a.approve", "/api/a2a/agents/{id}/approve", "Trust another agent")
        .params(kUrlOfAgent)
        .reply(kDiscovered)
        .errors<Code::not_found>(),
    post("librefang.a2a.ask", "/api/a2a/send", "Give another agent a task")
        .body(kRemoteSend)
        .reply(kTask, {}, "task_id")
        .errors<Code::rejected>()
        .slow(),
    get("librefang.a2a.status", "/api/a2a/tasks/{id}/status", "Show a task of another agent").params(kRemote).reply(kTask).slow(),
};

}  // namespace facio::librefang::a2a
