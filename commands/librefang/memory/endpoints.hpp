// What agents remember: pairs of key and value (document: Memory), and sentences that they keep by themselves.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/shapes.hpp"

namespace facio::librefang::memory {

inline constexpr Field kPairFields[] = {
    text("key", "the key"),
    any("value", "its value", {.nullable = true, .optional = true}),
};
inline constexpr Shape kPair{"LibrefangPair", "A key and its value", kPairFields, true};
inline constexpr Column kPairColumns[] = {{"key", "KEY"}, {"value", "VALUE"}};
inline constexpr Field kValueFields[] = {
    any("value", "the value: JSON, or else a text", {.nullable = true, .json_types = "string number boolean array object"}),
};
inline constexpr Shape kValue{"LibrefangValue", "A value", kValueFields};
inline constexpr Field kStoredFields[] = {
    text("status", "what was done", kMayMiss),
    text("key", "the key", kMayMiss),
};
inline constexpr Shape kStored{"LibrefangStored", "What was done to a key", kStoredFields, true};

inline constexpr Field kMemoryFields[] = {
    text("id", "id of the memory"),
    text("content", "what is remembered", kMayMiss),
    text("level", "user, session or agent", kMayMiss),
    text("category", "what it is about", kMayBeNull),
    text("agent_id", "the agent that remembers it", kMayMiss),
    text("created_at", "since when", kTime),
    number("confidence", "how sure it is", kMayMiss),
};
inline constexpr Shape kMemory{"LibrefangMemory", "Something that is remembered", kMemoryFields, true};
inline constexpr Column kMemoryColumns[] = {
    {"id", "ID"}, {"level", "LEVEL"}, {"content", "CONTENT"}, {"agent_id", "AGENT", true}, {"created_at", "SINCE", true}};
inline constexpr Field kStatsFields[] = {
    integer("total", "how many there are", kMayMiss),
    integer("user_count", "those about users", kMayMiss),
    integer("session_count", "those of sessions", kMayMiss),
    integer("agent_count", "those of agents", kMayMiss),
    boolean("enabled", "whether agents remember by themselves", kMayMiss),
    boolean("auto_memorize_enabled", "whether they keep what is said", kMayMiss),
    boolean("auto_retrieve_enabled", "whether they are reminded of it", kMayMiss),
    any("categories", "how many of each category", kMayMiss),
};
inline constexpr Shape kStats{"LibrefangMemoryStats", "How much is remembered", kStatsFields, true};

inline constexpr Field kSaidFields[] = {
    text("role", "who said it: user or assistant"),
    text("content", "what was said"),
};
inline constexpr Shape kSaid{"LibrefangMemorySaid", "Something that was said", kSaidFields};
inline constexpr Field kAddFields[] = {
    objects<kSaid>("messages", "what was said", {.min_items = 1, .flag = "text", .value_name = "TEXT", .from_text = "content;role=user"}),
    text("agent_id", "the agent, by id or name", {.not_blank = true, .flag = "agent"}),
};
inline constexpr Shape kAdd{"LibrefangRemember", "What an agent shall remember", kAddFields};
inline constexpr Field kAddedFields[] = {
    integer("added", "how many memories it became", kMayMiss),
    objects<kMemory>("memories", "the memories", kMayMiss),
};
inline constexpr Shape kAdded{"LibrefangRemembered", "What an agent remembers now", kAddedFields, true};

inline constexpr Param kAgent = path_param("id", "id or name of the agent", {.example = "coder", .value_name = "AGENT"});
inline constexpr Param kKey[] = {kAgent, path_param("key", "the key", {.example = "settings"})};
inline constexpr Param kKeyValue[] = {kAgent, kKey[1], positional("value", "the value: JSON, or else a text", {.value_name = "[VALUE]"})};
inline constexpr Param kLevels[] = {
    query_param("level", types::string, "user, session or agent", {.agent_decides = true}),
    query_param("category", types::string, "only of this category"),
};
inline constexpr auto kListParams = joined_params(kPage, kLevels);
inline constexpr auto kOfParams = joined_params(kAgent, kPage, kLevels);
inline constexpr Param kSearchParams[] = {
    query_positional("q", "the text", {.required = true, .value_name = "TEXT"}),
    query_param("limit", types::integer, "maximum number of items", {.agent_decides = true, .min = 1, .max = 500, .letter = 'n'}),
    kLevels[0],
};
inline constexpr Param kMemoryId = path_param("memory_id", "id of the memory", {.value_name = "MEMORY"});
inline constexpr Param kText = positional("text", "what was said", {.repeatable = true, .value_name = "[TEXT…]"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.memory.list", "/api/memory/agents/{id}/kv", "List the keys of an agent")
        .params(kAgent)
        .list(kListOf<kPair, "LibrefangPairList">, kPair, kPairColumns, "key")
        .errors<Code::not_found>(),
    get("librefang.memory.get", "/api/memory/agents/{id}/kv/{key}", "Show the value of a key")
        .params(kKey)
        .reply(kPair, {}, "key")
        .errors<Code::not_found>(),
    put("librefang.memory.set", "/api/memory/agents/{id}/kv/{key}", "Set the value of a key")
        .params(kKeyValue)
        .body(kValue)
        .reply(kStored, {}, "key")
        .errors<Code::not_found>(),
    del("librefang.memory.delete", "/api/memory/agents/{id}/kv/{key}", "Delete a key")
        .params(kKey)
        .reply(kStored)
        .errors<Code::not_found>(),
    get("librefang.memories.list", "/api/memory", "List what all agents remember")
        .params(kListParams)
        .list(kListOf<kMemory, "LibrefangMemoryList">, kMemory, kMemoryColumns, "id"),
    get("librefang.memories.of", "/api/memory/agents/{id}", "List what one agent remembers")
        .params(kOfParams)
        .list(kListOf<kMemory, "LibrefangMemoryList">, kMemory, kMemoryColumns, "id")
        .errors<Code::not_found>(),
    get("librefang.memories.search", "/api/memory/search", "Find what agents remember")
        .params(kSearchParams)
        .list(kListOf<kMemory, "LibrefangMemoryList">, kMemory, kMemoryColumns, "id"),
    get("librefang.memories.stats", "/api/memory/stats", "Show how much agents remember").reply(kStats),
    post("librefang.memories.add", "/api/memory", "Let an agent remember something")
        .params(kText)
        .body(kAdd)
        .reply(kAdded)
        .success(201)
        .errors<Code::not_found>(),
    del("librefang.memories.delete", "/api/memory/items/{memory_id}", "Delete a memory")
        .params(kMemoryId)
        .reply(kDone)
        .errors<Code::not_found>(),
    del("librefang.memories.clear", "/api/memory/agents/{id}", "Delete all that an agent remembers")
        .params(kAgent)
        .reply(kDone)
        .errors<Code::not_found>(),
};

}  // namespace facio::librefang::memory
